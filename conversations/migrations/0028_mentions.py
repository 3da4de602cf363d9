"""Notes that name a member, listed for whom they name."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0027_found")]

    operations = [
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("member", models.UUIDField()),
                ("conversation", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "mention",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["member", "-position"], name="mention_list"),
                    models.Index(
                        fields=["member", "-position"],
                        name="mention_unread",
                        condition=models.Q(read_at__isnull=True),
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("conversation", "seq", "member"), name="mention_once"),
                ],
            },
        ),
        Grant("mention", "SELECT, INSERT, UPDATE"),
    ]
