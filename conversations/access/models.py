"""The tables of access."""

from datetime import datetime

from django.db import models

from tenants.database.models import TenantModel


class ApiKey(TenantModel):
    """A key. Of its secrets only hashes are kept; while it is rotated, the one before works until `old_until`.

    Whoever was shown a secret answers for it: `created_by` for the one of now, `old_by` for the one before.
    """

    name = models.TextField()
    secret = models.TextField()
    old_secret = models.TextField(null=True)  # noqa: DJ001 - none at all must not collide in the unique index
    old_until = models.DateTimeField(null=True)
    old_by = models.UUIDField(null=True)
    hint = models.TextField()
    scopes = models.JSONField()
    networks = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField()
    rotated_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `api_key`; a secret opens one key."""

        db_table = "api_key"
        constraints = (
            models.UniqueConstraint(fields=("secret",), name="api_key_secret"),
            models.UniqueConstraint(fields=("old_secret",), name="api_key_old_secret"),
        )

    @property
    def answered_since(self) -> datetime:
        """Answer since when `created_by` answers for it."""
        return self.rotated_at or self.created_at


class IdempotencyKey(TenantModel):
    """An answer kept under a caller's own key, or, while `status` is null, a claim to be the one who runs."""

    digest = models.TextField()
    request = models.TextField()
    status = models.IntegerField(null=True)
    body = models.TextField(default="", blank=True)
    location = models.TextField(null=True)  # noqa: DJ001 - null says that the answer has none
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `idempotency_key`; swept by age."""

        db_table = "idempotency_key"
        indexes = (models.Index(fields=("asked_at",), name="idempotency_key_age"),)
        constraints = (models.UniqueConstraint(fields=("digest",), name="idempotency_key_digest"),)
