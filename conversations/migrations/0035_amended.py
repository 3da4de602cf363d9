"""What became of messages after they were said, and what they said before."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0034_rules")]

    operations = [
        migrations.CreateModel(
            name="AmendedMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("conversation", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("text_seq", models.BigIntegerField()),
                ("text", models.TextField(blank=True, default="")),
                ("edited_at", models.DateTimeField(null=True)),
                ("recalled_at", models.DateTimeField(null=True)),
                ("former", models.JSONField(default=list)),
                ("reactions", models.JSONField(default=dict)),
            ],
            options={
                "db_table": "amended_message",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("conversation", "seq"), name="amended_message_once"),
                ],
            },
        ),
        Grant("amended_message", "SELECT, INSERT, UPDATE, DELETE"),
    ]
