"""Domains that tenants say are theirs."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class DomainState(models.TextChoices):
    """Whether the tenant has proven that it is theirs; only then it is served."""

    PENDING = "pending"
    VERIFIED = "verified"
    FAILED = "failed"


class Domain(models.Model):
    """A claim. Anybody may make one; `token` is what this tenant, and no other, has to show to prove it.

    `failures` counts looks in a row that found no proof, `problem` is what the last one found.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=253)
    state = models.CharField(max_length=20, choices=DomainState, default=DomainState.PENDING)
    token = models.CharField(max_length=64)
    claimed_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    problem = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        db_table = "domains"
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(next_at__isnull=False), name="domains_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "name"], name="domains_claimed_once"),
            models.UniqueConstraint(fields=["name"], condition=models.Q(state="verified"), name="domains_one_owner"),
            models.CheckConstraint(condition=models.Q(state__in=DomainState.values), name="domains_state_known"),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return self.name
