"""API keys."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0002_grants"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("secret", models.TextField()),
                ("old_secret", models.TextField(null=True)),
                ("old_until", models.DateTimeField(null=True)),
                ("hint", models.TextField()),
                ("scopes", models.JSONField()),
                ("networks", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "api_key",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("secret",), name="api_key_secret"),
                    models.UniqueConstraint(fields=("old_secret",), name="api_key_old_secret"),
                ],
            },
        ),
        Grant("api_key", "SELECT, INSERT, UPDATE"),
    ]
