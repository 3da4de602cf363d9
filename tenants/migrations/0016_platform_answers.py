"""Answers of the platform's own host that are kept under an Idempotency-Key."""

import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0015_invitations_restored")]

    operations = [
        migrations.CreateModel(
            name="PlatformAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("request", models.CharField(max_length=64)),
                ("status", models.IntegerField(null=True)),
                ("body", models.TextField(blank=True, default="")),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
            options={"db_table": "platform_answers"},
        ),
    ]
