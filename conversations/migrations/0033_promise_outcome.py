"""How promises of tickets went, noted by a reader that begins at the log's front."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0032_search")]

    operations = [
        migrations.CreateModel(
            name="PromiseOutcome",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ticket", models.UUIDField()),
                ("promise", models.TextField()),
                ("start", models.DateTimeField()),
                ("outcome", models.TextField(default="running")),
                ("at", models.DateTimeField(null=True)),
                ("took_s", models.FloatField(null=True)),
                ("policy", models.TextField()),
                ("version", models.BigIntegerField()),
                ("type", models.TextField(default="")),
                ("priority", models.TextField(default="none")),
                ("team", models.TextField(default="")),
                ("owner", models.UUIDField(null=True)),
                ("cause", models.TextField(default="")),
                ("level", models.TextField(default="")),
                ("steps", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "promise_outcome",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["-at", "-id"], name="promise_outcome_list", condition=models.Q(at__isnull=False)
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "promise", "start"), name="promise_outcome_once"),
                    models.CheckConstraint(
                        condition=models.Q(outcome__in=("running", "kept", "late", "broken")),
                        name="promise_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(outcome="running", at__isnull=True)
                        | (~models.Q(outcome="running") & models.Q(at__isnull=False)),
                        name="promise_outcome_settled",
                    ),
                ],
            },
        ),
        Grant("promise_outcome", "SELECT, INSERT, UPDATE"),
    ]
