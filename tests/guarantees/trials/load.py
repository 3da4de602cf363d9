"""Too much to do: five times what the server can, and one tenant who wants everything while another wants little."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.embedded.replay.tally import percentile
from tests.guarantees.trials.quiet import Quiet, talk_all
from tests.guarantees.trials.raw import RawSocket, connect_all
from tests.peer import apart
from tests.serving import Server
from tests.shop import Guest, Shop

TIMES: Final = 5
WINDOW: Final = 8
FLOOD_WINDOW: Final = 32
KEPT_SHARE: Final = 0.8
RECOVERS_S: Final = 10.0
MOST_TIMES: Final = 2.0
MOST_ADDED_MS: Final = 150.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large a trial is."""

    seconds: float = 15.0
    sockets: int = 100  # at saturation; five times as many in overload
    flooders: int = 2_000


async def welcome_many(*, shop: Shop, count: int) -> list[tuple[Shop, Guest]]:
    """Let so many visitors into a shop."""
    return await apart(lambda: [(shop, shop.welcome()) for _ in range(count)])


async def overload(*, server: Server, shops: Sequence[Shop], size: Size) -> dict[str, Any]:
    """Measure goodput at saturation and at five times of it, and how fast a caller is served again afterwards."""
    each = size.sockets // len(shops)
    guests = [await welcome_many(shop=shop, count=TIMES * each) for shop in shops]
    (_, guest), *_ = await welcome_many(shop=shops[0], count=1)
    probe = Quiet(port=server.port, shop=shops[0], guest=guest, name="probe")
    await probe.arrive()
    usual = percentile(values=sorted(await probe.talk(seconds=size.seconds / 3)), share=0.99)
    seats = [seat for some in guests for seat in some[:each]]
    first = await connect_all(port=server.port, seats=seats, name="p")
    peak = await _goodput(first, WINDOW, size.seconds)
    seats = [seat for some in guests for seat in some[each:]]  # of their own: as much work a message as before
    more = await connect_all(port=server.port, seats=seats, name="o")
    over = await _goodput([*first, *more], WINDOW * TIMES, size.seconds)
    refused = sum(socket.refused for socket in [*first, *more])
    for socket in [*first, *more]:
        socket.leave()
    recovered = await _time_to_recover(probe, max(2 * usual, 0.1))
    await probe.leave()
    return {
        "peak_per_s": round(peak),
        "overload_per_s": round(over),
        "kept_share": round(over / peak, 2),
        "refused": refused,
        "recovered_s": round(recovered, 2),
        "kept": over >= KEPT_SHARE * peak and recovered <= RECOVERS_S,
    }


async def flood(*, server: Server, loud: Shop, quiet: Shop, size: Size) -> dict[str, Any]:
    """Measure a quiet tenant before and while another one floods the server over thousands of sockets."""
    guests = await welcome_many(shop=quiet, count=4)
    callers = [Quiet(port=server.port, shop=shop, guest=guest, name=f"q{n}") for n, (shop, guest) in enumerate(guests)]
    for caller in callers:
        await caller.arrive()
    before = await talk_all(quiet=callers, seconds=size.seconds)
    seats = await welcome_many(shop=loud, count=max(size.flooders // 10, 1))
    flooders = await connect_all(port=server.port, seats=(seats * 10)[: size.flooders], name="f")
    for socket in flooders:
        socket.flow(FLOOD_WINDOW)
    acked = sum(socket.acked for socket in flooders)
    during = await talk_all(quiet=callers, seconds=size.seconds)
    acked = sum(socket.acked for socket in flooders) - acked
    for socket in flooders:
        socket.leave()
    for caller in callers:
        await caller.leave()
    errors = [error for caller in callers for error in caller.errors]
    p99 = [1000 * percentile(values=values, share=0.99) for values in (before, during)]
    return {
        "flooders": len(flooders),
        "flood_per_s": round(acked / size.seconds),
        "quiet_p99_before_ms": round(p99[0], 1),
        "quiet_p99_during_ms": round(p99[1], 1),
        "errors": len(errors),
        "kept": p99[1] <= MOST_TIMES * p99[0] and p99[1] - p99[0] <= MOST_ADDED_MS and not errors,
    }


async def _goodput(sockets: list[RawSocket], window: int, seconds: float) -> float:
    """Answer acks a second, after a third of the time to get going."""
    for socket in sockets:
        socket.flow(window)
    await asyncio.sleep(seconds / 3)
    before, began = sum(socket.acked for socket in sockets), time.monotonic()
    await asyncio.sleep(seconds)
    return (sum(socket.acked for socket in sockets) - before) / (time.monotonic() - began)


async def _time_to_recover(probe: Quiet, usual_s: float) -> float:
    """Answer the seconds until ten answers in a row came as fast as usual."""
    began, in_a_row, since = time.monotonic(), 0, 0.0
    while in_a_row < 10 and time.monotonic() - began < 4 * RECOVERS_S:
        known = len(probe.latencies)
        await probe.say()
        fast = len(probe.latencies) > known and probe.latencies[-1] <= usual_s
        since = (since or time.monotonic() - began) if fast else 0.0
        in_a_row = in_a_row + 1 if fast else 0
    return since if in_a_row >= 10 else time.monotonic() - began
