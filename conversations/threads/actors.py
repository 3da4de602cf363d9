"""Who acts: a member, a contact, a key, or the system. Pure; made at the edges from a session, a token or a reader."""

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from tenants.audit.noting import Who
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the person's, the contact's or the key's; `permissions` are a member's, by their role, or a key's.

    A key stands on the members' side of the counter.
    """

    kind: Literal["member", "contact", "key", "system"]
    id: UUID
    name: str
    permissions: frozenset[str] = field(default=frozenset(), compare=False)

    def may(self, permission: str) -> bool:
        """Tell whether a member's role or a key's scopes allow it; a contact has no permissions, the system has all."""
        return self.kind == "system" or permission in self.permissions


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
    return Who(kind=actor.kind, id=None if actor.kind == "system" else actor.id, label=actor.name)


SYSTEM: Final = Actor("system", UUID(int=0), "")
