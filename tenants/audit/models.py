"""Notes on their way into a tenant's audit stream, and where each stream ends."""

from django.db import models
from uuid_utils.compat import uuid7


class AuditAnchor(models.Model):
    """Where a tenant's audit ends: how many entries it has and the digest of the last, signed by the application.

    Tenants' roles reach it by the function `move_audit_anchor` alone, which only moves it on.
    """

    schema = models.CharField(max_length=63, primary_key=True)
    entries = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    signature = models.CharField(max_length=200)

    class Meta:
        db_table = "audit_anchors"

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.schema} at {self.entries}"


class AuditNote(models.Model):
    """One entry to be. `who`, `target`, `before` and `after` are what `note` was given, as JSON."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.UUIDField(db_index=True)
    action = models.CharField(max_length=60)
    who = models.JSONField()
    target = models.JSONField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    address = models.CharField(max_length=64, default="", blank=True)
    agent = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "audit_notes"

    def __str__(self) -> str:
        """Name it in logs without saying who."""
        return f"{self.action} {self.id}"
