"""Answers kept by Idempotency-Key."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0003_api_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.TextField()),
                ("request", models.TextField()),
                ("status", models.IntegerField(null=True)),
                ("body", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "idempotency_key",
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [models.Index(fields=["asked_at"], name="idempotency_key_age")],
                "constraints": [models.UniqueConstraint(fields=("digest",), name="idempotency_key_digest")],
            },
        ),
        Grant("idempotency_key", "SELECT, INSERT, UPDATE, DELETE"),
    ]
