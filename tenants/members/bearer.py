"""KeyBearer: a program that shows an API key of one tenant, as every layer sees it."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class KeyBearer:
    """Which key acts, for which tenant, and what it was given leave for; `shown` is the hash of its secret."""

    tenant_id: UUID
    key_id: UUID
    name: str
    scopes: frozenset[str]
    shown: str = field(repr=False)

    is_authenticated = True

    def may(self, permission: str) -> bool:
        """Answer whether the key has the scope of this name."""
        return permission in self.scopes
