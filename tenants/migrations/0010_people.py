"""Invitations, forgotten passwords, members who have left; from where sessions are used, and people's language."""

from typing import Any

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models
from django.db.models.functions import Lower, Now

ROLES = ("owner", "admin", "supervisor", "agent", "viewer", "own")


def key() -> Any:
    """Answer the primary key of every table here."""
    return models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)


def tenant() -> Any:
    """Answer whose it is."""
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant")


def found(to: str, on_delete: Any = django.db.models.deletion.SET_NULL) -> Any:
    """Answer a reference to what may be gone."""
    return models.ForeignKey(null=True, on_delete=on_delete, related_name="+", to=to)


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0009_confirming"),
    ]

    operations = [
        migrations.AddField("membership", "joined_at", models.DateTimeField(db_default=Now())),
        migrations.AddField(
            "person", "language", models.CharField(blank=True, db_default="", default="", max_length=10)
        ),
        migrations.AddField(
            "session", "address", models.CharField(blank=True, db_default="", default="", max_length=64)
        ),
        migrations.AddField(
            "session", "agent", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
        migrations.AddField("session", "seen_at", models.DateTimeField(db_default=Now())),
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", key()),
                ("tenant", tenant()),
                ("person", models.UUIDField()),
                ("at", models.DateTimeField(db_default=Now())),
                ("due_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "departures",
                "constraints": [models.UniqueConstraint(fields=("tenant", "person"), name="departures_once")],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", key()),
                ("tenant", tenant()),
                ("email", models.EmailField(max_length=254)),
                ("role", models.CharField(choices=[(role, role) for role in ROLES], max_length=20)),
                ("own_role", found("tenants.ownrole")),
                ("code", models.CharField(max_length=64, unique=True)),
                ("language", models.CharField(max_length=10)),
                ("invited_by", found("tenants.person")),
                ("invited_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "invitations",
                "indexes": [models.Index(fields=["tenant", "-id"], name="invitations_list")],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("tenant"),
                        Lower("email"),
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                        name="invitations_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None), _connector="OR"),
                        name="invitations_end_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reset",
            fields=[
                ("id", key()),
                ("tenant", tenant()),
                ("email", models.CharField(max_length=254)),
                ("host", models.CharField(max_length=300)),
                ("language", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField(db_index=True)),
                ("person", found("tenants.person", django.db.models.deletion.CASCADE)),
                ("code", models.CharField(max_length=64, null=True, unique=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "resets",
                "indexes": [
                    models.Index(condition=models.Q(("person", None)), fields=["asked_at"], name="resets_unanswered")
                ],
            },
        ),
    ]
