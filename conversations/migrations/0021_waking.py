"""Finds what is snoozed, and what of it comes back next. Made beside the tenant's work; most are in neither."""

from django.db import migrations, models

SNOOZED = "conversation_snoozed"
WAKES = "conversation_wakes"
# What was cut short leaves an index that is not valid.
DROP = (f"DROP INDEX CONCURRENTLY IF EXISTS {SNOOZED}", f"DROP INDEX CONCURRENTLY IF EXISTS {WAKES}")
MAKE = (
    f"CREATE INDEX CONCURRENTLY {SNOOZED} ON conversation (last_at DESC, id DESC) WHERE snoozed_seq IS NOT NULL",
    f"CREATE INDEX CONCURRENTLY {WAKES} ON conversation (snoozed_until) WHERE snoozed_until IS NOT NULL",
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0020_snoozed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((*DROP, *MAKE), DROP)],
            state_operations=[
                migrations.AddIndex(
                    "conversationrow",
                    models.Index(
                        fields=["-last_at", "-id"], name=SNOOZED, condition=models.Q(snoozed_seq__isnull=False)
                    ),
                ),
                migrations.AddIndex(
                    "conversationrow",
                    models.Index(fields=["snoozed_until"], name=WAKES, condition=models.Q(snoozed_until__isnull=False)),
                ),
            ],
        )
    ]
