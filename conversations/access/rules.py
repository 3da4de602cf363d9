"""Everything that decides what a key is and whether it opens. Pure: no I/O, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final, Literal

from tenants.members.permissions import KEY_SCOPES, lends
from tenants.refusals import Invalid, NotAllowed

Status = Literal["live", "suspended", "expired", "revoked"]
MOST_NETWORKS: Final = 50
FARTHEST: Final = timedelta(days=36_500)  # a year of five digits, in UTC, can be stored but not read again


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a key opens. `until` is when the secret that was shown ends, if it is an old one."""

    revoked: bool
    expires_at: datetime | None
    until: datetime | None
    networks: tuple[str, ...]


def opens(*, terms: Terms, address: str, now: datetime) -> bool:
    """Tell whether a key whose secret was shown lets in, from this address, now."""
    ends = [end for end in (terms.expires_at, terms.until) if end is not None]
    return not terms.revoked and all(now < end for end in ends) and is_from(networks=terms.networks, address=address)


def status_of(*, revoked: bool, expires_at: datetime | None, is_answered_for: bool, now: datetime) -> Status:
    """Tell what has become of a key: one for which nobody who is here answers is shut until somebody does again."""
    if revoked:
        return "revoked"
    if expires_at is not None and expires_at <= now:
        return "expired"
    return "live" if is_answered_for else "suspended"


def is_from(*, networks: Iterable[str], address: str) -> bool:
    """Tell whether the address is in one of the networks; no networks at all mean any address."""
    wanted = [ip_network(network) for network in networks]
    if not wanted:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    plain = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    return any(plain in network for network in wanted)


def check_networks(*, networks: Sequence[str]) -> tuple[str, ...]:
    """Answer the networks in their plain form (10.0.0.0/8); raise Invalid for what is none, or too many."""
    if len(networks) > MOST_NETWORKS:
        raise _wrong("networks", f"There are {MOST_NETWORKS} at most.")
    try:
        return tuple(dict.fromkeys(str(ip_network(network.strip(), strict=False)) for network in networks))
    except ValueError:
        raise _wrong("networks", "Each is a network such as 203.0.113.0/24 or an address.") from None


def check_scopes(*, scopes: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    """Answer the scopes, sorted; raise Invalid for an unknown one, NotAllowed for one that its maker lacks."""
    asked = set(scopes)
    if not asked or not asked <= KEY_SCOPES:
        raise _wrong("scopes", f"One or more of {', '.join(sorted(KEY_SCOPES))}.")
    if not asked <= lends(own=own):
        raise NotAllowed(detail="A key cannot be given what you may not do yourself.")
    return tuple(sorted(asked))


def cut_scopes(*, scopes: Iterable[str], own: frozenset[str]) -> frozenset[str]:
    """Answer what a key may do now: what it was given, as far as whoever answers for it may do that themselves."""
    return frozenset(scopes) & lends(own=own)


def check_expiry(*, expires_at: datetime | None, now: datetime) -> datetime | None:
    """Answer it; raise Invalid for a moment that has passed, is too far away or says no time zone."""
    if expires_at is not None and (expires_at.tzinfo is None or not now < expires_at <= now + FARTHEST):
        raise _wrong("expires_at", "A moment of the next hundred years, with its time zone.")
    return expires_at


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])
