"""Looking names up in the DNS: the addresses of servers, and the texts that prove a domain. Nothing is kept.

Which servers are asked is the system's, or YUNKE_DNS_SERVERS ("127.0.0.1:5353,...").
"""

import time
from ipaddress import ip_address
from typing import Final

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
from django.conf import settings

from tenants.refusals import Refusal

TIMEOUT_S: Final = 5.0
_LOCAL: Final = ("127.0.0.1",)


class LookupFailed(Refusal):
    """This name cannot be looked up just now."""

    code = "lookup_failed"
    status = 422


def find_addresses(*, name: str, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Answer the addresses of a host, none if there are none; an address stands for itself. Raises LookupFailed."""
    try:
        return [str(ip_address(name.strip("[]")))]
    except ValueError:
        pass
    if name.rstrip(".").lower() == "localhost":  # never asked of the DNS (RFC 6761)
        return list(_LOCAL)
    until = time.monotonic() + timeout_s  # of both questions together
    return [address for kind in ("A", "AAAA") for address in _look(name, kind, max(until - time.monotonic(), 0.0))]


def find_texts(*, name: str, timeout_s: float = TIMEOUT_S) -> list[str]:
    """Answer the TXT records of a name, none if there are none. Raises LookupFailed."""
    return _look(name, "TXT", timeout_s)


def _look(name: str, kind: str, timeout_s: float) -> list[str]:
    try:
        answer = _resolver().resolve(dns.name.from_text(name), kind, lifetime=timeout_s, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, UnicodeError, ValueError) as error:
        raise LookupFailed from error
    if kind == "TXT":
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
    return [str(record.address) for record in answer]


def _resolver() -> dns.resolver.Resolver:
    given = [server.strip() for server in settings.YUNKE_DNS_SERVERS.split(",") if server.strip()]
    if not given:
        return dns.resolver.Resolver()
    found = dns.resolver.Resolver(configure=False)
    found.nameservers = [_server(text) for text in given]
    return found


def _server(text: str) -> dns.nameserver.Nameserver:
    address, _, port = text.rpartition(":") if text.count(":") == 1 else (text, "", "53")
    return dns.nameserver.Do53Nameserver(address, int(port))
