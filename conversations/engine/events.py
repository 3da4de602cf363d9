"""What a fact is, and the register of all kinds of facts. Rooms declare their own in their `events.py`.

A kind is registered once, under a dotted and versioned name that never changes its meaning.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec


class Audience(StrEnum):
    """Who may ever see a kind: `public` includes the customer, `staff` never does."""

    PUBLIC = "public"
    STAFF = "staff"


class Fact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that happened. Subclasses are registered with @fact."""

    kind: ClassVar[str]
    audience: ClassVar[Audience]
    personal: ClassVar[frozenset[str]]
    permission: ClassVar[str | None]
    among_staff: ClassVar[bool]


class UnknownKind(LookupError):
    """An event of a kind that this version of the code does not know."""


_KINDS: dict[str, type[Fact]] = {}
F = TypeVar("F", bound=Fact)


def fact(
    *,
    kind: str,
    audience: Audience,
    personal: tuple[str, ...] = (),
    permission: str | None = None,
    among_staff: bool = False,
) -> Callable[[type[F]], type[F]]:
    """Register a Fact under its stored name; `personal` names the fields that erasure blanks.

    A kind with a `permission` is no conversation's: only who has it sees it, and the desk does not show it. What is
    said `among_staff` besides is for none of the programs that may not read notes.
    """

    def register(cls: type[F]) -> type[F]:
        fields = set(cls.__struct_fields__)
        if kind in _KINDS or not fields.issuperset(personal):
            raise ValueError(f"{kind}: registered twice, or its personal fields are not its own")
        cls.kind, cls.audience, cls.personal, cls.permission = kind, audience, frozenset(personal), permission
        cls.among_staff = among_staff
        _KINDS[kind] = cls
        return cls

    return register


def get_kind(*, kind: str) -> type[Fact]:
    """Answer the class registered under a stored name; raise UnknownKind."""
    try:
        return _KINDS[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def get_permission(*, kind: str) -> str | None:
    """Answer what it takes to see a kind that is no conversation's; None for the others, unknown ones too."""
    known = _KINDS.get(kind)
    return None if known is None else known.permission


def get_kinds() -> dict[str, type[Fact]]:
    """Answer every registered kind by its stored name."""
    return dict(_KINDS)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that somebody wants on the log of `subject`; its audience decides the stream.

    `client_id` makes it repeatable: (stream, sender, client_id) has one effect. `access` is the stream's access
    version that the sender's permission was read at; None when the caller holds the stream's lock.
    """

    subject: UUID
    fact: Fact
    sender: UUID | None = None
    client_id: str | None = None
    access: int | None = None


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One event as it stands on the log. `seq` is dense in its stream, `position` dense in its tenant."""

    stream: UUID
    seq: int
    position: int
    kind: str
    sender: UUID | None
    client_id: str | None
    body: dict[str, Any]
    at: datetime

    def fact(self) -> Fact:
        """Decode the body into its registered type."""
        return msgspec.convert(self.body, get_kind(kind=self.kind))
