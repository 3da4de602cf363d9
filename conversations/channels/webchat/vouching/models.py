"""The secrets of inboxes."""

from django.db import models

from tenants.database.models import TenantModel


class IdentitySecret(TenantModel):
    """A secret that an inbox shares with the company's site. HS256 needs it itself, so it is sealed, not hashed."""

    inbox = models.TextField()
    sealed = models.TextField()
    hint = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField()

    class Meta(TenantModel.Meta):
        """Stored as `identity_secret`; one that is retired is gone."""

        db_table = "identity_secret"
