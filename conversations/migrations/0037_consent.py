"""What contacts have agreed to."""

import django.db.models.deletion
from django.db import migrations, models

import tenants.database.models
from tenants.database.operations import Grant


class Migration(migrations.Migration):
    dependencies = [("conversations", "0036_drafts")]

    operations = [
        migrations.CreateModel(
            name="ContactConsent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tenants.database.models.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("purpose", models.TextField()),
                ("given", models.BooleanField()),
                ("version", models.IntegerField()),
                ("language", models.TextField()),
                ("how", models.TextField()),
                ("conversation", models.UUIDField(null=True)),
                ("seq", models.BigIntegerField(null=True)),
                ("note", models.TextField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.UUIDField(null=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="conversations.contact",
                    ),
                ),
            ],
            options={
                "db_table": "contact_consent",
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "purpose"), name="contact_consent_one"),
                ],
            },
        ),
        Grant("contact_consent", "SELECT, INSERT, UPDATE, DELETE"),
    ]
