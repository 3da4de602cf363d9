"""Item 3: ten thousand websockets that are there and say nothing, in one process; then one event for all of them."""

import resource

from tests.benchmarks import machine, stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.running import await_ready, finish, release, started

COUNT = 10_000
DESCRIPTORS = COUNT + 1_000
WAIT_S = 20.0
QUICK_WAIT_S = 5.0


def measure(bench: Bench) -> dict[str, object]:
    """Answer the kB of server memory for each socket, and how many heard the first event."""
    bench.say(f"idle: {COUNT} websockets")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(DESCRIPTORS, hard), hard))
    with bench.server() as server:
        rooms = [bench.rooms[n % len(bench.rooms)] for n in range(COUNT)]
        seats = [stage.seat(room=room, member=False, speaks=False, resumes=True) for room in rooms]
        empty = _memory(server.pid)
        wait_s = QUICK_WAIT_S if bench.quick else WAIT_S
        plan = bench.plan(
            port=server.port, seats=seats, server=server.pid, hold=True, measure_s=wait_s, connect_at_once=10
        )
        with started(plan) as child:
            await_ready(child)
            full = _memory(server.pid)
            for room in bench.rooms:
                stage.say(room=room, text="Is anybody there?")
            release(child)
            report = finish(child)
    return {
        "sockets": COUNT,
        "kb_each": round((full - empty) / COUNT, 1),
        "server_mb": {"before": round(empty / 1024), "with_all": round(full / 1024)},
        "heard_the_first_event": report.runs[0].events,
        "connect_s": report.extra["connect_s"],
    }


def _memory(pid: int) -> int:
    return machine.memory_kb(pid, "Rss")
