"""Names of advisory locks. Sessions are pooled, so code takes them for a transaction or on a connection of its own."""

import hashlib
from typing import Final

MIGRATING: Final = "migrating"
TEMPLATE: Final = "template"
READY: Final = "ready"


def lock_key(what: str) -> int:
    """Answer the 63-bit key of a lock; advisory locks are per database, so the name need not carry it."""
    return int.from_bytes(hashlib.sha256(f"yunke:{what}".encode()).digest()[:8], "big") >> 1
