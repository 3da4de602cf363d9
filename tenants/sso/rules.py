"""What a provider's word is worth: whom it names, and what may follow. Pure: no database, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_LONGEST_NAME: Final = 100
_LONGEST_ADDRESS: Final = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A membership whose person has the address that the provider says.

    `is_proved`: they have proved the address, so the person is known in other companies or can be. `is_elsewhere`:
    they are a member of another company, too. `is_above`: they may do more here than strangers get, and
    no owner chose the provider.
    """

    is_live: bool
    is_proved: bool
    is_elsewhere: bool
    is_above: bool


class Step(StrEnum):
    """What follows from a first sign-in."""

    LINK = "link"  # the person is this company's alone: the provider may say who they are here
    ASK = "ask"  # they are somebody of their own: they show their own means once, and agree
    JOIN = "join"  # nobody here has the address: a new person, known in this company only
    REFUSE = "refuse"


def decide(*, known: Known | None, may_join: bool) -> Step:
    """Say what follows where a company's provider names an address for the first time."""
    if known is None:
        return Step.JOIN if may_join else Step.REFUSE
    if not known.is_live:
        return Step.REFUSE
    return Step.ASK if known.is_proved or known.is_elsewhere or known.is_above else Step.LINK


def address_in(*, claims: Mapping[str, Any], proved: Collection[str]) -> str | None:
    """Answer the address that the claims name, if its domain is one that the company has proved."""
    said = said_address(claims=claims)
    return said if said is not None and said.rpartition("@")[2].lower() in proved else None


def said_address(*, claims: Mapping[str, Any]) -> str | None:
    """Answer the address that the claims name, unless the provider itself doubts it."""
    said = claims.get("email")
    if not isinstance(said, str) or len(said) > _LONGEST_ADDRESS or not said.isprintable() or " " in said:
        return None
    name, at, domain = said.rpartition("@")
    if not name or not at or not domain or "@" in name or claims.get("email_verified", True) is not True:
        return None
    return said


def name_in(*, claims: Mapping[str, Any], address: str) -> str:
    """Answer what to call a new person."""
    said = claims.get("name")
    if isinstance(said, str) and said.isprintable() and said.strip():
        return said.strip()[:_LONGEST_NAME]
    return address.partition("@")[0][:_LONGEST_NAME]
