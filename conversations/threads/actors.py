"""Who acts: a member, a contact, or the system. Pure; made at the edges from a session, a token or a reader."""

from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from tenants.members.member import Member
from tenants.members.permissions import PERMISSIONS


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the person's or the contact's; `permissions` are a member's, from the one table of roles."""

    kind: Literal["member", "contact", "system"]
    id: UUID
    name: str
    permissions: frozenset[str] = field(default=frozenset(), compare=False)

    def may(self, permission: str) -> bool:
        """Tell whether a member's role allows it; a contact has no permissions, the system has all."""
        return self.kind == "system" or permission in self.permissions


def of_member(*, member: Member) -> Actor:
    """Answer a signed-in member as who acts."""
    return Actor("member", member.person_id, member.name, PERMISSIONS.get(member.role, frozenset()))


SYSTEM: Final = Actor("system", UUID(int=0), "")
