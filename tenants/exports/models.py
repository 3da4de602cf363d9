"""Exports that were asked for."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class ExportState(models.TextChoices):
    """What has become of it."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class Export(models.Model):
    """One archive of one tenant. Its file is named after `id` and is gone once it has expired."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=20, choices=ExportState, default=ExportState.WAITING)
    attempts = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    size = models.BigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        db_table = "exports"
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(state="waiting"), name="exports_waiting"),
            models.Index(fields=["expires_at"], condition=models.Q(state="ready"), name="exports_ready"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(state="waiting"), name="exports_one_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(state__in=ExportState.values), name="exports_state_known"),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)

    @property
    def file(self) -> str:
        """Answer the name of its file in the storage."""
        return f"{self.id}.tar.gz"
