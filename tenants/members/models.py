"""The tables of members beside persons and memberships, all in public."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class OwnRole(models.Model):
    """A role that a tenant has defined for itself. `revision` counts its changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    permissions = models.JSONField()
    revision = models.IntegerField(default=1)

    class Meta:
        db_table = "roles"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "key"], name="roles_key_once"),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.key} of {self.tenant_id}"
