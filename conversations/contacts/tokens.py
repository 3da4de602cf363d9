"""By what a visitor is known again: a random token, of which a hash is stored."""

import hashlib
from typing import Final

VISITOR: Final = "visitor"  # the kind of identity that it is
VOUCHED: Final = "vouched"  # and the one by which the company's site knows somebody
NAMED: Final = "named"  # and the one by which somebody is known behind a door that others keep


def hash_token(*, token: str) -> str:
    """Answer what is stored of a visitor's token: it is random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()
