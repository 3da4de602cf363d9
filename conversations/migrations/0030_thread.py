"""Which conversation a thread behind a door is that others keep."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0029_tickets")]

    operations = [
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.TextField()),
                ("thread", models.TextField()),
                ("conversation", models.UUIDField()),
            ],
            options={
                "db_table": "channel_thread",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["conversation"], name="channel_thread_of")],
                "constraints": [models.UniqueConstraint(fields=("source", "thread"), name="channel_thread_once")],
            },
        ),
        Grant("channel_thread", "SELECT, INSERT, DELETE"),
    ]
