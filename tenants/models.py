"""Tables of the public schema that say who the customers and their people are."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower, Now
from uuid_utils.compat import uuid7

from tenants.audit.models import AuditAnchor, AuditNote
from tenants.confirming.models import Confirmation
from tenants.context import Closure, TenantRef
from tenants.domains.models import Domain
from tenants.exports.models import Export
from tenants.factors.models import CodeApp, RecoveryCode, SecurityKey
from tenants.mail.models import Mail
from tenants.members.models import ROLES, Departure, Invitation, OwnRole, Reset
from tenants.members.permissions import OWN_ROLE
from tenants.outgoing.models import Outgoing
from tenants.presence.models import HeldConnection, ServerLease
from tenants.sso.models import SsoDomain, SsoIdentity, SsoProvider

__all__ = [
    "AuditAnchor",
    "AuditNote",
    "CodeApp",
    "Confirmation",
    "Departure",
    "Domain",
    "Export",
    "Head",
    "HeldConnection",
    "Invitation",
    "LiveNonce",
    "Mail",
    "Membership",
    "OldSlug",
    "Outgoing",
    "OwnRole",
    "Person",
    "PlatformAnswer",
    "ReadySchema",
    "RecoveryCode",
    "Reset",
    "SecurityKey",
    "ServerLease",
    "Session",
    "SpentTries",
    "SsoDomain",
    "SsoIdentity",
    "SsoProvider",
    "Tenant",
    "TenantState",
    "Tombstone",
]


class TenantState(models.TextChoices):
    """How far provisioning has come; each step may be killed and run again."""

    RESERVED = "reserved"
    CLONED = "cloned"
    FURNISHED = "furnished"
    ACTIVE = "active"


class Tenant(models.Model):
    """A company that is our customer. `schema` names its schema and its database role, and is never reused."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    slug = models.CharField(max_length=30, unique=True)
    schema = models.CharField(max_length=63, unique=True)
    state = models.CharField(max_length=20, choices=TenantState, default=TenantState.RESERVED)
    created_at = models.DateTimeField()
    require_second_factor = models.BooleanField(default=False, db_default=False)
    sso_only = models.BooleanField(default=False, db_default=False)
    suspended_at = models.DateTimeField(null=True)
    suspended_reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    deletion_asked_at = models.DateTimeField(null=True)
    delete_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)  # when one of its people had proved their address first
    reminders = models.SmallIntegerField(default=0, db_default=0)  # how often its owner was asked again to do so

    class Meta:
        db_table = "tenants"
        indexes: ClassVar = [
            models.Index(fields=["created_at"], condition=~models.Q(state="active"), name="tenants_unfinished"),
            models.Index(fields=["created_at"], condition=models.Q(confirmed_at=None), name="tenants_unconfirmed"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=TenantState.values), name="tenants_state_known"),
            models.CheckConstraint(
                condition=models.Q(suspended_at=None, suspended_reason="")
                | models.Q(suspended_at__isnull=False) & ~models.Q(suspended_reason=""),
                name="tenants_suspended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(deletion_asked_at=None, delete_at=None)
                | models.Q(deletion_asked_at__isnull=False, delete_at__isnull=False),
                name="tenants_deleted_when_asked",
            ),
        ]

    def __str__(self) -> str:
        """Name it in logs by what is unique and harmless."""
        return self.slug

    @property
    def ref(self) -> TenantRef:
        """Answer what is needed to act for it."""
        confirmed = self.confirmed_at is not None
        return TenantRef(id=self.id, slug=self.slug, schema=self.schema, closed=self._closed, confirmed=confirmed)

    @property
    def _closed(self) -> Closure | None:
        if self.delete_at is not None:
            return Closure("deletion", until=self.delete_at)
        return Closure("suspended", self.suspended_reason) if self.suspended_at else None


class Tombstone(models.Model):
    """That there was a tenant with this id and schema, so that neither is ever used again; nothing about anybody.

    A digest of its slug keeps that address from others until `slug_until`; then it is forgotten, too. One that never
    confirmed an address leaves none.
    """

    id = models.UUIDField(primary_key=True)
    schema = models.CharField(max_length=63, unique=True)
    slug_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - null: it is free again
    slug_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField()

    class Meta:
        db_table = "tombstones"

    def __str__(self) -> str:
        """Name it in logs."""
        return self.schema


class OldSlug(models.Model):
    """An address that a tenant had: it leads to the new one, and nobody else gets it, until then."""

    slug = models.CharField(max_length=30, primary_key=True)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        db_table = "old_slugs"

    def __str__(self) -> str:
        """Name it in logs."""
        return self.slug


class ReadySchema(models.Model):
    """A cloned schema that waits for a company. `state` is the digest of the template's migrations when it was made."""

    schema = models.CharField(max_length=63, primary_key=True)
    state = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "ready_schemas"

    def __str__(self) -> str:
        """Name it in logs."""
        return self.schema


class Person(AbstractBaseUser):
    """A human who can sign in. Identity is global; what they may do is a membership's, one per tenant.

    An address belongs to the one person who has proved it (`verified_at`); who has not yet is known in the tenants of
    their own memberships only, and may share it with others.
    """

    EMAIL_LENGTH: ClassVar = 254

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=EMAIL_LENGTH)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, default="", db_default="", blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "persons"
        indexes: ClassVar = [models.Index(Lower("email"), name="persons_email")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(verified_at__isnull=False), name="persons_email_proved_once"
            ),
        ]

    def __str__(self) -> str:
        """Name them in logs without saying who they are."""
        return str(self.id)


class Membership(models.Model):
    """What a person may do in one tenant: `role` is built in, or says that `own_role` is one of the tenant's own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    own_role = models.ForeignKey("tenants.OwnRole", null=True, on_delete=models.RESTRICT, related_name="memberships")
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "memberships"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "person"], name="memberships_once"),
            models.CheckConstraint(condition=models.Q(role__in=ROLES), name="memberships_role"),
            models.CheckConstraint(
                condition=(models.Q(own_role=None) & ~models.Q(role=OWN_ROLE))
                | models.Q(own_role__isnull=False, role=OWN_ROLE),
                name="memberships_own_role",
            ),
        ]

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.person_id} in {self.tenant_id}"


class Session(AbstractBaseSession):
    """A browser's session. `id` names it where the key, which is a secret, must not appear: lists, live sockets.

    `way` and `factor` are the proof that it began with (tenants/members/proof.py). A session without tenant and person
    lets nobody in: it belongs to a stranger, or to somebody who has shown one of two factors.
    """

    id = models.UUIDField(unique=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="sessions")
    created_at = models.DateTimeField(db_default=Now())
    way = models.CharField(max_length=20, default="password", db_default="password")
    factor = models.BooleanField(default=False, db_default=False)
    seen_at = models.DateTimeField(db_default=Now())
    address = models.CharField(max_length=64, default="", db_default="", blank=True)
    agent = models.CharField(max_length=300, default="", db_default="", blank=True)

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined,misc] # the stubs leave it out
        abstract = False
        db_table = "sessions"

    def __str__(self) -> str:
        """Name it in logs without its key."""
        return str(self.id)


class Head(models.Model):
    """How far a tenant's log has come: the one row whose lock orders the tenant. Roles reach it by functions alone.

    At `due_at` somebody has to look what follows in the tenant though nothing has happened.
    """

    schema = models.CharField(max_length=63, primary_key=True)
    tenant = models.UUIDField(unique=True)
    position = models.BigIntegerField(default=0, db_default=0)
    closed = models.BooleanField(default=False, db_default=False)  # while it is, no position is given away
    due_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "heads"

    def __str__(self) -> str:
        """Name it in logs."""
        return f"{self.schema} at {self.position}"


class LiveNonce(models.Model):
    """What may be used once and has been, kept until it would have expired: live tickets, tries of a second factor."""

    nonce = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "live_nonces"

    def __str__(self) -> str:
        """Name it in logs without telling the nonce."""
        return f"used until {self.expires_at}"


class SpentTries(models.Model):
    """What was tried lately under a key, of which only a digest is kept; nothing more before `opens_at`."""

    digest = models.CharField(max_length=40, primary_key=True)
    count = models.IntegerField()
    opens_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "tries"

    def __str__(self) -> str:
        """Name it in logs without telling for whom."""
        return f"{self.count} until {self.expires_at}"


class PlatformAnswer(models.Model):
    """An answer of the platform's own host, kept under a caller's Idempotency-Key; as in the tenants' schemas.

    A claim to be the one who runs while `status` is null; swept by age.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    request = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    body = models.TextField(default="", blank=True)
    location = models.TextField(null=True)  # noqa: DJ001 - null says that the answer has none
    asked_at = models.DateTimeField(db_index=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "platform_answers"

    def __str__(self) -> str:
        """Name it in logs without its answer."""
        return self.digest
