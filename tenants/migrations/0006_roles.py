"""Roles that tenants define for themselves.

The code before takes a membership with such a role for one that allows nothing. Going back makes its people viewers.
"""

from typing import Any

import django.db.models.deletion
import uuid_utils.compat
from django.db import migrations, models

BUILT_IN = ("owner", "admin", "supervisor", "agent", "viewer")
ROLES = (*BUILT_IN, "own")


def keep(_apps: Any, _schema_editor: Any) -> None:
    """Leave every membership as it is."""


def make_viewers(apps: Any, _schema_editor: Any) -> None:
    """Give those whose role goes the least of the roles that stay."""
    apps.get_model("tenants", "Membership").objects.filter(role="own").update(role="viewer")


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0005_mails_and_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnRole",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=100)),
                ("permissions", models.JSONField()),
                ("revision", models.IntegerField(default=1)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="tenants.tenant"
                    ),
                ),
            ],
            options={
                "db_table": "roles",
            },
        ),
        migrations.AddConstraint(
            model_name="ownrole",
            constraint=models.UniqueConstraint(fields=("tenant", "key"), name="roles_key_once"),
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="memberships_role",
        ),
        migrations.RunPython(keep, make_viewers),
        migrations.AlterField(
            model_name="membership",
            name="role",
            field=models.CharField(choices=[(role, role) for role in ROLES], max_length=20),
        ),
        migrations.AddField(
            model_name="membership",
            name="own_role",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="memberships",
                to="tenants.ownrole",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ROLES)),
                name="memberships_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("own_role", None), models.Q(("role", "own"), _negated=True)),
                    models.Q(("own_role__isnull", False), ("role", "own")),
                    _connector="OR",
                ),
                name="memberships_own_role",
            ),
        ),
    ]
