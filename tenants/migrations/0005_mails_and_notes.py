"""Mails, notes for the audit, and addresses that are proved.

Everybody who is here already was taken for the owner of their address; so they stay. Going back is refused by the old
constraint where two persons share an address by then.
"""

from typing import Any

import django.db.models.functions.text
import uuid_utils.compat
from django.db import migrations, models
from django.db.models.functions import Now


def verify_all(apps: Any, _schema_editor: Any) -> None:
    """Take everybody's address as proved."""
    apps.get_model("tenants", "Person").objects.filter(verified_at=None).update(verified_at=Now())


def keep(_apps: Any, _schema_editor: Any) -> None:
    """Leave it: the column goes with the migration before."""


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0004_ready_schemas"),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant", models.UUIDField(db_index=True)),
                ("action", models.CharField(max_length=60)),
                ("who", models.JSONField()),
                ("target", models.JSONField()),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("address", models.CharField(blank=True, default="", max_length=64)),
                ("agent", models.CharField(blank=True, default="", max_length=300)),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "audit_notes",
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("tenant", models.UUIDField(db_index=True, null=True)),
                ("to", models.EmailField(max_length=254)),
                ("template", models.CharField(max_length=50)),
                ("subject", models.CharField(max_length=200)),
                ("body", models.TextField(default="")),
                ("queued_at", models.DateTimeField()),
                ("attempts", models.IntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "db_table": "mails",
            },
        ),
        migrations.RemoveConstraint(
            model_name="person",
            name="persons_email_unique",
        ),
        migrations.AddField(
            model_name="person",
            name="verified_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(verify_all, keep),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(django.db.models.functions.text.Lower("email"), name="persons_email"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"),
                condition=models.Q(("verified_at__isnull", False)),
                name="persons_email_proved_once",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="mails_due"),
        ),
    ]
