"""Visitors whom the company's site vouches for: its secrets, who it says they are, tokens that end."""

from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_definitions")]

    operations = [
        migrations.AddField("contact", "external_id", models.TextField(null=True)),
        migrations.AddField("contact", "email", models.TextField(null=True)),
        migrations.AddField("contact", "phone", models.TextField(null=True)),
        migrations.AddField("contact", "merged_into", models.UUIDField(null=True)),
        migrations.AddField("contactidentity", "expires_at", models.DateTimeField(null=True)),
        migrations.AddField("contactidentity", "vouched_by", models.UUIDField(null=True)),
        migrations.AddIndex(
            "contactidentity",
            models.Index(
                fields=["expires_at"],
                name="contact_identity_expiry",
                condition=models.Q(("expires_at__isnull", False)),
            ),
        ),
        migrations.CreateModel(
            name="IdentitySecret",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("inbox", models.TextField()),
                ("sealed", models.TextField()),
                ("hint", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("created_by", models.UUIDField()),
            ],
            options={
                "db_table": "identity_secret",
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        Grant("identity_secret", "SELECT, INSERT, DELETE"),
    ]
