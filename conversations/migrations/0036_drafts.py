"""What members are writing."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0035_amended")]

    operations = [
        migrations.CreateModel(
            name="DraftMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.UUIDField()),
                ("conversation", models.UUIDField()),
                ("kind", models.TextField()),
                ("text", models.TextField(blank=True, default="")),
                ("reply_to", models.BigIntegerField(null=True)),
                ("version", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "draft_message",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("member", "conversation", "kind"), name="draft_message_one"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("answer", "note"))), name="draft_message_kind"
                    ),
                ],
                "indexes": [
                    models.Index(fields=["conversation"], name="draft_message_of"),
                    models.Index(fields=["at"], name="draft_message_empty", condition=models.Q(("text", ""))),
                ],
            },
        ),
        Grant("draft_message", "SELECT, INSERT, UPDATE, DELETE"),
    ]
