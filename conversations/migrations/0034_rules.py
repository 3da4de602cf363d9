"""What rules wait for, and what they would have done."""

import django.contrib.postgres.fields
from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0033_promise_outcome")]

    operations = [
        migrations.CreateModel(
            name="RuleClock",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.TextField()),
                ("version", models.UUIDField()),
                ("about", models.UUIDField()),
                ("position", models.BigIntegerField()),
                ("due_at", models.DateTimeField()),
            ],
            options={
                "db_table": "rule_clock",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["due_at"], name="rule_clock_due")],
                "constraints": [models.UniqueConstraint(fields=("about", "rule"), name="rule_clock_one")],
            },
        ),
        Grant("rule_clock", "SELECT, INSERT, UPDATE, DELETE"),
        migrations.CreateModel(
            name="DryRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("rule", models.TextField()),
                ("version", models.IntegerField(null=True)),
                ("body", models.JSONField()),
                ("days", models.IntegerField()),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("begin", models.BigIntegerField()),
                ("position", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("events", models.BigIntegerField(default=0)),
                (
                    "cases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                ("is_cut", models.BooleanField(default=False)),
                ("waiting", models.JSONField(default=dict)),
                ("state", models.TextField(default="running")),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "dry_run",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        fields=["asked_at", "id"],
                        name="dry_run_running",
                        condition=models.Q(("state", "running")),
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("running", "done", "cancelled"))),
                        name="dry_run_state_known",
                    )
                ],
            },
        ),
        Grant("dry_run", "SELECT, INSERT, UPDATE, DELETE"),
    ]
