"""Endpoints of partners, and what is on its way to them."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Endpoint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("url", models.TextField()),
                ("description", models.TextField(blank=True, default="")),
                ("kinds", models.JSONField()),
                ("scopes", models.JSONField()),
                ("sealed", models.TextField()),
                ("hint", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField()),
                ("rotated_at", models.DateTimeField(null=True)),
                ("old_until", models.DateTimeField(null=True)),
                ("since", models.BigIntegerField(null=True)),
                ("proved_at", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("off_at", models.DateTimeField(null=True)),
                ("off_why", models.TextField(blank=True, default="")),
                ("told_at", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("rests_until", models.DateTimeField(null=True)),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "webhook_endpoint",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("endpoint", models.UUIDField()),
                ("position", models.BigIntegerField(null=True)),
                ("kind", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("state", models.TextField(default="waiting")),
                ("due_at", models.DateTimeField(null=True)),
                ("fence", models.IntegerField(default=0)),
                ("attempts", models.IntegerField(default=0)),
                ("tries", models.JSONField(default=list)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "webhook_delivery",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["endpoint", "due_at"],
                        name="webhook_delivery_due",
                    ),
                    models.Index(fields=["endpoint", "id"], name="webhook_delivery_log"),
                ],
                "constraints": [models.UniqueConstraint(fields=("endpoint", "position"), name="webhook_delivery_once")],
            },
        ),
        Grant("webhook_endpoint", "SELECT, INSERT, UPDATE, DELETE"),
        Grant("webhook_delivery", "SELECT, INSERT, UPDATE, DELETE"),
    ]
