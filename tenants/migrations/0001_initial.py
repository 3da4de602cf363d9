"""Tables of the public schema."""

import django.db.models.deletion
import django.db.models.functions.text
import uuid_utils.compat
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("schema", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("tenant", models.UUIDField(unique=True)),
                ("position", models.BigIntegerField(db_default=0, default=0)),
            ],
            options={
                "db_table": "heads",
            },
        ),
        migrations.CreateModel(
            name="LiveNonce",
            fields=[
                ("nonce", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "live_nonces",
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("email", models.EmailField(max_length=254)),
                ("name", models.CharField(max_length=100)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "persons",
                "constraints": [
                    models.UniqueConstraint(django.db.models.functions.text.Lower("email"), name="persons_email_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tenant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("slug", models.CharField(max_length=30, unique=True)),
                ("schema", models.CharField(max_length=63, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "Reserved"),
                            ("cloned", "Cloned"),
                            ("furnished", "Furnished"),
                            ("active", "Active"),
                        ],
                        default="reserved",
                        max_length=20,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tenants",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "active"), _negated=True),
                        fields=["created_at"],
                        name="tenants_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["reserved", "cloned", "furnished", "active"])),
                        name="tenants_state_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("owner", "owner"),
                            ("admin", "admin"),
                            ("supervisor", "supervisor"),
                            ("agent", "agent"),
                            ("viewer", "viewer"),
                        ],
                        max_length=20,
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="tenants.person"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "memberships",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "person"), name="memberships_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "admin", "supervisor", "agent", "viewer"])),
                        name="memberships_role",
                    ),
                ],
            },
        ),
    ]
