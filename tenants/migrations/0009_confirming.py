"""Codes that confirm an address, and since when a tenant's is confirmed. Whoever is here already has confirmed."""

from typing import Any

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models
from django.db.models import F


def confirm_all(apps: Any, _schema_editor: Any) -> None:
    """Take everybody who is served as confirmed."""
    apps.get_model("tenants", "Tenant").objects.filter(confirmed_at=None).update(confirmed_at=F("created_at"))


def keep(_apps: Any, _schema_editor: Any) -> None:
    """Leave it: the column goes with the migration before."""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0008_closing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("origin", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=10)),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.person"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "confirmations",
            },
        ),
        migrations.AddField(
            model_name="tenant",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="tenant",
            name="reminders",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.RunPython(confirm_all, keep),
        migrations.AddIndex(
            model_name="tenant",
            index=models.Index(
                condition=models.Q(("confirmed_at", None)), fields=["created_at"], name="tenants_unconfirmed"
            ),
        ),
    ]
