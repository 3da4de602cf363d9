"""Member: a person with a live membership in one tenant, as every layer above sees them."""

from dataclasses import dataclass
from uuid import UUID

from tenants.members.permissions import allows


@dataclass(frozen=True, slots=True)
class Member:
    """Who acts, for which tenant, and as what; `session` is the id of the browser's session, if it is one.

    `role` is the key of a built-in role or of one of the tenant's own; what it allows stands in `permissions`.
    """

    tenant_id: UUID
    person_id: UUID
    membership_id: UUID
    name: str
    email: str
    role: str
    permissions: frozenset[str]
    session: UUID | None = None

    is_authenticated = True

    def may(self, permission: str) -> bool:
        """Answer whether the member's role allows it."""
        return allows(permissions=self.permissions, permission=permission)
