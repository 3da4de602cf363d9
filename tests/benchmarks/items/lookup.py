"""Which tenant a host is: from memory and from the database, and how soon a server hears that a tenant has moved."""

import http.client
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Final

from django.conf import settings

from tenants.context import TenantRef, tenant_context
from tenants.members.queries import get_members
from tenants.moving import MOVED
from tenants.provisioning.renaming import change_company
from tenants.queries import find_tenant, find_tenant_by_host, forget_tenant
from tests.benchmarks.bench import Bench
from tests.benchmarks.running import Listening

LOOKS: Final = 2_000
MOVES: Final = 22
WARM: Final = 2
PATIENCE_S: Final = 10


def measure(bench: Bench) -> dict[str, object]:
    """Answer microseconds for one look, and milliseconds from a move's commit to the first answer that knows of it."""
    bench.say("lookup: from memory, from the database, and after a move")
    tenant = bench.rooms[0].tenant
    host = _host(tenant.slug)

    def look_up() -> object:
        forget_tenant(tenant_id=tenant.id)
        return find_tenant_by_host(host=host)

    kept = _microseconds(lambda: find_tenant_by_host(host=host))
    looked_up = _microseconds(look_up)
    with bench.server() as server:
        told = [_move(server, tenant, slug) for slug in _addresses(tenant)][WARM:]
    return {
        "kept_us": kept,
        "looked_up_us": looked_up,
        "times_as_fast": round(looked_up / kept, 1),
        "told_after_ms": {"p50": _ms(median(told)), "max": _ms(max(told))},
    }


def _addresses(tenant: TenantRef) -> list[str]:
    """Answer where the company goes: away and home again."""
    return [f"m-{secrets.token_hex(4)}", tenant.slug] * (MOVES // 2)


def _move(server: Listening, tenant: TenantRef, slug: str) -> float:
    """Give the company another address; answer the seconds until the server sends on who asks under the old one."""
    with tenant_context(tenant):
        owner = next(member for member in get_members(tenant=tenant) if member.may("tenant.manage"))
        was = find_tenant(tenant_id=tenant.id)
        assert was
        assert _ask(server, was.slug) == http.HTTPStatus.OK  # so that the server remembers where it is
        change_company(by=owner, now=datetime.now(UTC), slug=slug)
    began = time.perf_counter()
    while _ask(server, was.slug) != MOVED:
        if time.perf_counter() - began > PATIENCE_S:
            raise RuntimeError("the server does not hear that a tenant has moved")
    return time.perf_counter() - began


def _ask(server: Listening, slug: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/sign-in", headers={"Host": _host(slug)})
        return connection.getresponse().status
    finally:
        connection.close()


def _host(slug: str) -> str:
    return f"{slug}.{settings.YUNKE_TENANT_DOMAIN}"


def _microseconds(look: Callable[[], object]) -> float:
    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        look()
        took.append(time.perf_counter() - began)
    return round(1e6 * median(took), 1)


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 1)
