"""Who acts: a member, contact, key, rule, or the system. Pure; made at the edges: of a session, token or reader."""

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from tenants.audit.noting import Who
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member

AUTOMATIC: Final = "rule:"  # no client's own name for an event holds a colon (words.ClientId)


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the person's, the contact's, the key's or the rule's; `permissions` are a member's, or a key's.

    A key and a rule stand on the members' side of the counter. What is done on an `errand`, which is for one thing
    alone, is known by it on the log, so that it happens once, and everybody sees why.
    """

    kind: Literal["member", "contact", "key", "rule", "system"]
    id: UUID
    name: str
    permissions: frozenset[str] = field(default=frozenset(), compare=False)
    errand: str | None = None

    def may(self, permission: str) -> bool:
        """Tell whether a member's role or a key's scopes allow it; a contact may nothing, a rule and the system all."""
        return self.kind in {"rule", "system"} or permission in self.permissions

    def name_for(self, *, nth: int) -> str | None:
        """Answer what the nth event of an errand is known by."""
        return None if self.errand is None else f"{self.errand}.{nth}"


def of_rule(*, version: UUID, name: str, position: int, step: int) -> Actor:
    """Answer a version of a rule as who does its nth thing because of the event at a position."""
    return Actor("rule", version, name, errand=f"{AUTOMATIC}{position}.{step}")


def is_automatic(*, client_id: str | None) -> bool:
    """Tell whether an event is a rule's doing, by what it is known by: nobody else may choose such a name."""
    return client_id is not None and client_id.startswith(AUTOMATIC)


def cause_of(*, client_id: str) -> int:
    """Answer the position of the event because of which a rule did something."""
    return int(client_id.removeprefix(AUTOMATIC).partition(".")[0])


def of_member(*, member: Member) -> Actor:
    """Answer a signed-in member as who acts."""
    return Actor("member", member.person_id, member.name, member.permissions)


def of_caller(*, caller: Member | KeyBearer) -> Actor:
    """Answer who acts for a request: the member, or the key."""
    if isinstance(caller, Member):
        return of_member(member=caller)
    return Actor("key", caller.key_id, caller.name, caller.scopes)


def as_who(*, actor: Actor) -> Who:
    """Answer who acts as the audit names them."""
    kind = "system" if actor.kind == "rule" else actor.kind
    return Who(kind=kind, id=None if kind == "system" else actor.id, label=actor.name)


SYSTEM: Final = Actor("system", UUID(int=0), "")
