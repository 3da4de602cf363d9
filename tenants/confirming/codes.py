"""The code in a mail: made for reading out and typing, 79 bits. Pure."""

import hashlib
import re
import secrets
from typing import Final

LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is taken for another
GROUPS: Final = 4
LONGEST_TYPED: Final = 64


def new_code() -> str:
    """Draw a code: four groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(GROUPS))


def digest_of(*, code: str) -> str:
    """Answer what is kept of a code, however it was typed: in small letters, without the hyphens, with blanks."""
    said = re.sub(r"[\s-]", "", code[:LONGEST_TYPED]).upper()
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()
