"""Finds conversations by a label. Made beside the tenant's work; most conversations have none and are not in it."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

MAKE = "CREATE INDEX CONCURRENTLY conversation_tags ON conversation USING gin (tags) WHERE NOT tags = '{}'::text[]"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS conversation_tags"  # what was cut short leaves an index that is not valid


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0017_tags_priority")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((DROP, MAKE), (DROP,))],
            state_operations=[
                migrations.AddIndex(
                    "conversationrow",
                    GinIndex(fields=["tags"], name="conversation_tags", condition=~models.Q(tags=[])),
                )
            ],
        )
    ]
