"""Exports, domains, old addresses, and what is left of deleted tenants."""

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0012_audit_anchors"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("schema", models.CharField(max_length=63, unique=True)),
                ("slug_digest", models.CharField(max_length=64, null=True, unique=True)),
                ("slug_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("deleted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tombstones",
            },
        ),
        migrations.CreateModel(
            name="OldSlug",
            fields=[
                ("slug", models.CharField(max_length=30, primary_key=True, serialize=False)),
                ("until", models.DateTimeField()),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "old_slugs",
            },
        ),
        migrations.CreateModel(
            name="Domain",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=253)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("verified", "Verified"), ("failed", "Failed")],
                        default="pending",
                        max_length=20,
                    ),
                ),
                ("token", models.CharField(max_length=64)),
                ("claimed_at", models.DateTimeField()),
                ("verified_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("failures", models.IntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "domains",
                "indexes": [
                    models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="domains_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "name"), name="domains_claimed_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "verified")), fields=("name",), name="domains_one_owner"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["pending", "verified", "failed"])), name="domains_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_by", models.UUIDField()),
                ("asked_at", models.DateTimeField()),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                            ("expired", "Expired"),
                        ],
                        default="waiting",
                        max_length=20,
                    ),
                ),
                ("attempts", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("size", models.BigIntegerField(null=True)),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "exports",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["asked_at"], name="exports_waiting"),
                    models.Index(condition=models.Q(("state", "ready")), fields=["expires_at"], name="exports_ready"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")), fields=("tenant",), name="exports_one_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "ready", "failed", "expired"])),
                        name="exports_state_known",
                    ),
                ],
            },
        ),
    ]
