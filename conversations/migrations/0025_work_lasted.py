"""Finds what was done last in a queue: how long that took says how long a wait may be. Made beside the work."""

from django.db import migrations, models

NAME = "work_lasted"
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"  # what was cut short leaves an index that is not valid
MAKE = f"CREATE INDEX CONCURRENTLY {NAME} ON work (queue, since) WHERE state = 'done' AND handed_at IS NOT NULL"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0024_merged")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((DROP, MAKE), (DROP,))],
            state_operations=[
                migrations.AddIndex(
                    "workrow",
                    models.Index(
                        fields=["queue", "since"],
                        name=NAME,
                        condition=models.Q(state="done", handed_at__isnull=False),
                    ),
                )
            ],
        ),
    ]
