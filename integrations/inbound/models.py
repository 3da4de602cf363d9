"""The table of installs."""

from django.db import models

from tenants.database.models import TenantModel


class Install(TenantModel):
    """A partner's system that a company lets call: what it may ask for, and the inbox that its messages go to.

    `sealed` holds the live secrets, as of a webhook's endpoint.
    """

    name = models.TextField()
    scopes = models.JSONField()
    inbox = models.TextField()
    sealed = models.TextField()
    hint = models.TextField()
    created_at = models.DateTimeField()
    created_by = models.UUIDField()
    rotated_at = models.DateTimeField(null=True)
    old_until = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        """Stored as `inbound_install`."""

        db_table = "inbound_install"
