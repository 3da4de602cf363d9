"""What a company's own site says of somebody. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Whom the site calls `external_id`. None: it does not say.

    `verified` are the kinds of addresses (`email`, `phone`) of which it says that it made sure of them.
    """

    external_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    verified: frozenset[str] = frozenset()
