"""Item 7: from asking for a company to its first answered request, from the pool and without; a thousand in one run."""

import http.client
import json
import secrets
import time
from datetime import UTC, datetime
from statistics import median
from typing import Final

from django.conf import settings

from tenants.provisioning.ready import count_ready, refill
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.running import Listening

TRIES: Final = 25
IN_ONE_RUN: Final = 1_000
EDGE: Final = 50


def measure(bench: Bench) -> dict[str, object]:
    """Answer medians in ms, and how much slower the last fifty of a thousand were than the first fifty."""
    tries, many = (TRIES, 0) if bench.quick else (TRIES, IN_ONE_RUN)
    found: dict[str, object] = {}
    with bench.server() as server:
        bench.say("sign-up: from the pool")
        _fill(tries)
        found["from_the_pool_ms"] = _median([_sign_up(server) for _ in range(tries)])
        _empty()
        bench.say("sign-up: with an empty pool")
        found["with_an_empty_pool_ms"] = _median([_sign_up(server) for _ in range(tries)])
    if many:
        bench.say(f"sign-up: {many} in one run")
        took = [_timed() for _ in range(many)]
        found["in_one_run"] = {
            "count": many,
            "first_ms": _median(took[:EDGE]),
            "last_ms": _median(took[-EDGE:]),
            "last_to_first": round(median(took[-EDGE:]) / median(took[:EDGE]), 2),
        }
    return found


def _sign_up(server: Listening) -> float:
    """Ask over HTTP for a company, then for its sign-in page; answer the seconds until that is there."""
    name = f"s-{secrets.token_hex(6)}"
    body = {"name": "Bench", "slug": name, "email": f"{name}@example.com", "password": stage.PASSWORD}
    began = time.perf_counter()
    made = _ask(server, "POST", "/api/v1/tenants", settings.YUNKE_PLATFORM_HOSTS[0], json.dumps(body))
    first = _ask(server, "GET", "/sign-in", f"{name}.{settings.YUNKE_TENANT_DOMAIN}")
    if (made, first) != (201, 200):
        raise RuntimeError(f"sign-up answered {made}, the first request {first}")
    return time.perf_counter() - began


def _ask(server: Listening, method: str, path: str, host: str, body: str | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, body, {"Host": host, "Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def _timed() -> float:
    began = time.perf_counter()
    stage.open_tenant()
    return time.perf_counter() - began


def _fill(count: int) -> None:
    settings.YUNKE_READY_SCHEMAS = count
    while count_ready() < count:
        refill(now=datetime.now(UTC))


def _empty() -> None:
    settings.YUNKE_READY_SCHEMAS = 0
    assert count_ready() == 0


def _median(seconds: list[float]) -> float:
    return round(1000 * median(seconds), 1)
