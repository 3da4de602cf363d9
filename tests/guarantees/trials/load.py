"""Too much to do: five times what the server can, and one tenant who wants everything while another wants little."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from config.embedded.replay.tally import percentile
from tests.guarantees.trials.crowd import Crowd
from tests.guarantees.trials.quiet import Quiet, talk_all
from tests.guarantees.trials.seats import welcome_many
from tests.peer import apart
from tests.serving import Server
from tests.shop import Shop

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


async def overload(*, server: Server, shops: Sequence[Shop], size: Size) -> dict[str, Any]:
    """Measure goodput at saturation and at five times of it, and how fast a caller is served again afterwards."""
    each = size.sockets // len(shops)
    guests = [await welcome_many(shop=shop, count=TIMES * each) for shop in shops]
    probe = Quiet(port=server.port, shop=shops[0], guest=await apart(shops[0].welcome), name="probe")
    await probe.arrive()
    usual = percentile(values=sorted(await probe.talk(seconds=size.seconds / 3)), share=0.99)
    first = await Crowd.gather(port=server.port, seats=[seat for some in guests for seat in some[:each]], name="p")
    peak = await _goodput([first], WINDOW, size.seconds)
    # Of their own conversations: as much work a message as before.
    more = await Crowd.gather(port=server.port, seats=[seat for some in guests for seat in some[each:]], name="o")
    over = await _goodput([first, more], WINDOW * TIMES, size.seconds)
    refused = sum([(await crowd.count())["refused"] for crowd in (first, more)])
    await asyncio.gather(first.leave(), more.leave())
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
    guests = await apart(lambda: [quiet.welcome() for _ in range(4)])
    callers = [Quiet(port=server.port, shop=quiet, guest=guest, name=f"q{n}") for n, guest in enumerate(guests)]
    for caller in callers:
        await caller.arrive()
    before = await talk_all(quiet=callers, seconds=size.seconds)
    seats = await welcome_many(shop=loud, count=max(size.flooders // 10, 1))
    flooders = await Crowd.gather(port=server.port, seats=(seats * 10)[: size.flooders], name="f")
    await flooders.flow(window=FLOOD_WINDOW)
    known = (await flooders.count())["acked"]
    during = await talk_all(quiet=callers, seconds=size.seconds)
    acked = (await flooders.count())["acked"] - known
    await flooders.leave()
    for caller in callers:
        await caller.leave()
    errors = [error for caller in callers for error in caller.errors]
    p99 = [1000 * percentile(values=values, share=0.99) for values in (before, during)]
    return {
        "flooders": size.flooders,
        "flood_per_s": round(acked / size.seconds),
        "quiet_p99_before_ms": round(p99[0], 1),
        "quiet_p99_during_ms": round(p99[1], 1),
        "errors": len(errors),
        "kept": p99[1] <= MOST_TIMES * p99[0] and p99[1] - p99[0] <= MOST_ADDED_MS and not errors,
    }


async def _goodput(crowds: Sequence[Crowd], window: int, seconds: float) -> float:
    """Answer acks a second, after a third of the time to get going."""
    await asyncio.gather(*(crowd.flow(window=window) for crowd in crowds))
    await asyncio.sleep(seconds / 3)
    before, began = await _acked(crowds), time.monotonic()
    await asyncio.sleep(seconds)
    return (await _acked(crowds) - before) / (time.monotonic() - began)


async def _acked(crowds: Sequence[Crowd]) -> int:
    return sum(count["acked"] for count in await asyncio.gather(*(crowd.count() for crowd in crowds)))


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
