"""An index of what waits, is offered or is with an agent: the wall counts it, whatever is done by now.

Made beside the tenant's work.
"""

from django.db import migrations, models

NAME = "work_now"
STATES = ("waiting", "offered", "assigned")
DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {NAME}"  # what was cut short leaves an index that is not valid
MAKE = f"""
CREATE INDEX CONCURRENTLY {NAME} ON work (queue, state, queued_at)
WHERE queue IS NOT NULL AND state IN {STATES}
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("conversations", "0015_company")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL((DROP, MAKE), (DROP,))],
            state_operations=[
                migrations.AddIndex(
                    "workrow",
                    models.Index(
                        fields=["queue", "state", "queued_at"],
                        name=NAME,
                        condition=models.Q(state__in=STATES, queue__isnull=False),
                    ),
                )
            ],
        ),
    ]
