"""A company's identity provider, the domains it has proved, and whom the provider has named. All in public."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class SsoProvider(models.Model):
    """The one provider of a company. `secret` is sealed; `role` is what strangers become, empty if they are refused.

    It is built in, or says that `own_role` is one of the company's own. `by_owner`: an owner chose this issuer.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.OneToOneField("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=200)
    secret = models.TextField()
    role = models.CharField(max_length=20, blank=True, default="")
    own_role = models.ForeignKey("tenants.OwnRole", null=True, on_delete=models.SET_NULL, related_name="+")
    is_on = models.BooleanField(default=False)
    by_owner = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "sso_providers"

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)


class SsoDomain(models.Model):
    """A domain of e-mail addresses; what the provider says of them counts once the company has proved it by DNS.

    Its record is looked for again at `next_at`; `missing_since` is since when it has not been there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    domain = models.CharField(max_length=253)
    token = models.CharField(max_length=64)
    proved_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sso_domains"
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "domain"], name="sso_domains_once")]

    def __str__(self) -> str:
        """Name it in logs."""
        return self.domain


class SsoIdentity(models.Model):
    """Whom a provider means by a subject: a membership, never a person as such."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    membership = models.ForeignKey("tenants.Membership", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "sso_identities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "issuer", "subject"], name="sso_identities_once"),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return str(self.id)
