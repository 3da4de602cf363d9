"""What state each member is in."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant

STATES = ["online", "busy", "away", "wrap_up", "offline"]


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_lists")]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.UUIDField(unique=True)),
                ("state", models.TextField()),
                ("chosen", models.TextField()),
                ("reason", models.TextField(null=True)),
                ("since", models.DateTimeField()),
                ("is_gone", models.BooleanField(db_default=False, default=False)),
            ],
            options={
                "db_table": "presence",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("state__in", STATES)), name="presence_state_known"),
                    models.CheckConstraint(condition=models.Q(("chosen__in", STATES)), name="presence_chosen_known"),
                    models.CheckConstraint(
                        condition=models.Q(("state", "offline"), ("state", models.F("chosen")), _connector="OR"),
                        name="presence_as_chosen",
                    ),
                ],
            },
        ),
        Grant("presence", "SELECT, INSERT, UPDATE"),
    ]
