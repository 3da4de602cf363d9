"""Partners' systems that may call."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_first")]

    operations = [
        migrations.CreateModel(
            name="Install",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.TextField()),
                ("scopes", models.JSONField()),
                ("inbox", models.TextField()),
                ("sealed", models.TextField()),
                ("hint", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField()),
                ("rotated_at", models.DateTimeField(null=True)),
                ("old_until", models.DateTimeField(null=True)),
                ("called_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "inbound_install",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        Grant("inbound_install", "SELECT, INSERT, UPDATE, DELETE"),
    ]
