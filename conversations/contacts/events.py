"""What can happen to a contact: each has a stream of their own in the tenant, besides their conversations'."""

from typing import Any
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact


@fact(
    kind="contact.changed.v1",
    audience=Audience.STAFF,
    personal=("name", "attributes"),
    permission="conversations.view",
)
class ContactChanged(Fact, frozen=True):
    """Somebody of the company wrote down what is known of `contact` now.

    Only what changed is said: a `name`, or null for the same as before; `attributes` by their keys, null for those
    that were taken away.
    """

    contact: UUID
    name: str | None
    attributes: dict[str, Any]


@fact(
    kind="contact.identity_added.v1",
    audience=Audience.STAFF,
    personal=("value",),
    permission="conversations.view",
)
class IdentityAdded(Fact, frozen=True):
    """By `value`, which is of the `type` (email, phone, external_id, wechat ...), `contact` is known, too.

    `verified`: somebody made sure that it is theirs. `primary`: it is the first of its type from now on.
    """

    contact: UUID
    identity: UUID
    type: str
    value: str
    verified: bool
    primary: bool


@fact(kind="contact.identity_verified.v1", audience=Audience.STAFF, permission="conversations.view")
class IdentityVerified(Fact, frozen=True):
    """Somebody made sure that this identity is the contact's."""

    contact: UUID
    identity: UUID
    type: str


@fact(kind="contact.identity_preferred.v1", audience=Audience.STAFF, permission="conversations.view")
class IdentityPreferred(Fact, frozen=True):
    """This identity is the primary one of its type from now on, and no other is."""

    contact: UUID
    identity: UUID
    type: str


@fact(kind="contact.identity_removed.v1", audience=Audience.STAFF, permission="conversations.view")
class IdentityRemoved(Fact, frozen=True):
    """The contact is not known by this identity any more."""

    contact: UUID
    identity: UUID
    type: str


@fact(
    kind="contact.united.v1",
    audience=Audience.STAFF,
    personal=("name", "external_id"),
    permission="conversations.view",
)
class ContactUnited(Fact, frozen=True):
    """Somebody took `was` and `into` to be one person: all `members` are shown as `contact` from now on.

    Those are `was` and whoever had been merged into them. `name` and `external_id` are those of `contact`.
    """

    contact: UUID
    was: UUID
    into: UUID
    members: tuple[UUID, ...]
    name: str
    external_id: str | None


@fact(
    kind="contact.parted.v1",
    audience=Audience.STAFF,
    personal=("name", "external_id"),
    permission="conversations.view",
)
class ContactParted(Fact, frozen=True):
    """`contact`, who was shown as `root`, is somebody else after all: all `members` are shown as `contact` again."""

    contact: UUID
    root: UUID
    members: tuple[UUID, ...]
    name: str
    external_id: str | None


@fact(kind="contact.duplicate_found.v1", audience=Audience.STAFF, permission="conversations.view")
class DuplicateFound(Fact, frozen=True):
    """`contact` became known by something of these `types` by which `other` is known, too: they may be the same.

    `verified`: somebody made sure of it on both sides.
    """

    contact: UUID
    other: UUID
    types: tuple[str, ...]
    verified: bool


@fact(kind="contact.duplicate_dismissed.v1", audience=Audience.STAFF, permission="conversations.view")
class DuplicateDismissed(Fact, frozen=True):
    """Somebody said that `contact` and `other` are not the same."""

    contact: UUID
    other: UUID


@fact(kind="contact.blocked.v1", audience=Audience.STAFF, permission="conversations.view")
class ContactIsBlocked(Fact, frozen=True):
    """Nothing is taken from `contact` any more, nor from any of the `members`, who are shown as that one."""

    contact: UUID
    members: tuple[UUID, ...]


@fact(kind="contact.unblocked.v1", audience=Audience.STAFF, permission="conversations.view")
class ContactIsUnblocked(Fact, frozen=True):
    """Messages are taken from `contact` and the `members` again."""

    contact: UUID
    members: tuple[UUID, ...]


@fact(
    kind="contact.consent_given.v1",
    audience=Audience.STAFF,
    personal=("note",),
    permission="conversations.view",
)
class ConsentGiven(Fact, frozen=True):
    """`contact` said yes to this `version` of a purpose, as its words are in this `language`.

    `how` it was said; what shows it is the message at `seq` of `conversation`, or a `note` where to look.
    """

    contact: UUID
    purpose: str
    version: int
    language: str
    how: str
    conversation: UUID | None
    seq: int | None
    note: str | None


@fact(
    kind="contact.consent_withdrawn.v1",
    audience=Audience.STAFF,
    personal=("note",),
    permission="conversations.view",
)
class ConsentWithdrawn(Fact, frozen=True):
    """`contact` says no to a purpose from now on; the rest as where it was given."""

    contact: UUID
    purpose: str
    version: int
    language: str
    how: str
    conversation: UUID | None
    seq: int | None
    note: str | None
