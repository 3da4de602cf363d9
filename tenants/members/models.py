"""The tables of members beside persons and memberships, all in public."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower, Now
from uuid_utils.compat import uuid7

from tenants.members.permissions import OWN_ROLE, Role

ROLES = (*(role.value for role in Role), OWN_ROLE)


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


class Invitation(models.Model):
    """An open door for whoever reads the mails of an address. Of its code only a hash is kept.

    What has become of it is told by its times: accepted, withdrawn, else open until it expires.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    own_role = models.ForeignKey("tenants.OwnRole", null=True, on_delete=models.SET_NULL, related_name="+")
    code = models.CharField(max_length=64)
    language = models.CharField(max_length=10)
    invited_by = models.ForeignKey("tenants.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "invitations"
        indexes: ClassVar = [models.Index(fields=["tenant", "-id"], name="invitations_list")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "tenant",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitations_open_once",
            ),
            models.UniqueConstraint(fields=["tenant", "code"], name="invitations_code_once"),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(withdrawn_at=None), name="invitations_end_once"
            ),
        ]

    def __str__(self) -> str:
        """Name it in logs without saying to whom."""
        return str(self.id)

    @classmethod
    def open_at(cls, now: datetime) -> "models.QuerySet[Invitation]":
        """Answer those that can be accepted at this moment."""
        return cls.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


class Reset(models.Model):
    """Somebody on a tenant's host says to have forgotten the password of an address.

    Asking writes this row and nothing else, whatever the address is: the worker looks later whether there is anybody,
    so that neither the answer nor its time tells. `code`, of which a hash is kept, and `person` are set by then.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    email = models.CharField(max_length=254)
    host = models.CharField(max_length=300)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(db_index=True)
    person = models.ForeignKey("tenants.Person", null=True, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - none must not collide with none
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "resets"
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(person=None), name="resets_unanswered"),
        ]

    def __str__(self) -> str:
        """Name it in logs without saying whose."""
        return str(self.id)


class Departure(models.Model):
    """A member who can come in no more, until the service has been told: see tenants/members/departures.py."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    person = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "departures"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "person"], name="departures_once"),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.person} from {self.tenant_id}"
