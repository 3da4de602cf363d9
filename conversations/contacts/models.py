"""Contacts and their identities."""

from django.db import models

from tenants.database.models import TenantModel


class Contact(TenantModel):
    """Somebody who is served."""

    name = models.TextField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        """Stored as `contact`."""

        db_table = "contact"


class ContactIdentity(TenantModel):
    """One way in which a contact is known again: `kind` says what `value` is. Tokens are stored hashed."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities")
    kind = models.TextField()
    scope = models.TextField(default="", blank=True)
    value = models.TextField()
    created_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        """Stored as `contact_identity`; a value is one contact's within its kind and scope (an inbox's key)."""

        db_table = "contact_identity"
        constraints = (models.UniqueConstraint(fields=("kind", "value", "scope"), name="contact_identity_value"),)
