"""One index for another: repeats are found by sender and client id, so that no plan reads a whole stream for them.

Both are made and dropped beside the tenant's work. A version that still asks by stream goes by the primary key.
"""

from django.db import migrations, models

IS_NAMED = models.Q(client_id__isnull=False)
NEW = models.UniqueConstraint(fields=("sender", "client_id", "stream"), name="event_sent_once", condition=IS_NAMED)
OLD = models.UniqueConstraint(fields=("stream", "sender", "client_id"), name="event_client_id", condition=IS_NAMED)
MAKE = "CREATE UNIQUE INDEX CONCURRENTLY {0} ON event ({1}) WHERE client_id IS NOT NULL"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS {0}"  # what was cut short leaves an index that is not valid


def make(constraint: models.UniqueConstraint) -> tuple[str, ...]:
    """Answer the statements that make a constraint's index, whatever an earlier try has left."""
    name, columns = constraint.name, ", ".join(constraint.fields)
    return DROP.format(name), MAKE.format(name, columns)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0009_presence")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(make(NEW), (DROP.format(NEW.name),)),
                migrations.RunSQL((DROP.format(OLD.name),), make(OLD)),
            ],
            state_operations=[
                migrations.RemoveConstraint("event", OLD.name),
                migrations.AddConstraint("event", NEW),
            ],
        )
    ]
