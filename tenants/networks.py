"""Which addresses are of the public internet. No I/O; whoever calls out asks here (tenants/outbound.py)."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings

# Each carries an IPv4 address in it, and leads there where such a gateway stands: NAT64 and 6to4.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR: Final = IPv6Network("2002::/16")
_UNICAST: Final = IPv6Network("2000::/3")  # all that is given out; Pythons take site-local ones (fec0::) for global
_EXAMPLES: Final = IPv6Network("3fff::/20")  # older Pythons do not know of them
_PROTOCOLS: Final = IPv4Network("192.0.0.0/24")  # older Pythons know only a part of it


def is_allowed(*, address: str) -> bool:
    """Tell whether it may be connected to: it is global, or this machine where the settings allow that (tests do)."""
    found = ip_address(address.partition("%")[0])
    plain = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    if settings.YUNKE_OUTBOUND_LOOPBACK and plain.is_loopback:
        return True
    return is_global(address=plain)


def is_global(*, address: IPv4Address | IPv6Address) -> bool:
    """Tell whether it, and every address that is hidden in it, belongs to one machine of the public internet."""
    return all(_is_global(one) for one in _all(address))


def _is_global(one: IPv4Address | IPv6Address) -> bool:
    if isinstance(one, IPv6Address) and (one not in _UNICAST or one in _EXAMPLES):
        return False
    return one.is_global and not (one.is_multicast or one.is_reserved or one in _PROTOCOLS)


def _all(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        yield address.ipv4_mapped
        return
    if isinstance(address, IPv6Address) and address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
        return
    yield address
    if isinstance(address, IPv6Address) and address in _SIX_TO_FOUR:
        yield IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
