"""Which names can be a company's domain, and when a claim is looked at next. Pure, no I/O."""

import re
from datetime import datetime, timedelta
from typing import Final

from tenants.refusals import Invalid

LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LONGEST: Final = 253
# Ends of names that lead nowhere on the public internet, or to this very machine.
NOWHERE: Final = frozenset(
    {"localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "invalid", "onion", "arpa"}
)

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
GIVEN_UP_AFTER: Final = timedelta(days=7)
LOOKED_AT_EVERY: Final = timedelta(hours=12)
LOST_AFTER: Final = 6  # looks in a row without a proof: three days


def check_name(*, name: str, own: frozenset[str]) -> str:
    """Answer the name as the DNS knows it; raise Invalid. `own` are the platform's: neither they nor what is below."""
    try:
        plain = name.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        raise _wrong("shape", "This is not the name of a domain.") from None
    labels = plain.split(".")
    if len(plain) > LONGEST or len(labels) < 2 or not all(map(LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise _wrong("shape", "This is not the name of a domain, such as chat.example.com.")
    if labels[-1] in NOWHERE or any(plain == one or plain.endswith(f".{one}") for one in own):
        raise _wrong("reserved", "This domain cannot be a company's.")
    return plain


def next_look(*, claimed_at: datetime, failures: int, now: datetime) -> datetime | None:
    """Answer when a claim that is not proven is looked at again: less and less often, and in the end never."""
    if now - claimed_at >= GIVEN_UP_AFTER:
        return None
    doubled = FIRST_PAUSE * (1 << min(failures, 10))
    return now + min(doubled, LONGEST_PAUSE)


def _wrong(code: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": "name", "code": code, "detail": detail}])
