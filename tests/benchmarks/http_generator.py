"""The load generator for HTTP, a process of its own like the other: an HttpPlan on stdin, a Report on stdout.

Each connection asks, waits for the whole answer, and asks again.
"""

import asyncio
import os
import sys
import time

import msgspec
import uvloop

from tests.benchmarks.machine import watch
from tests.benchmarks.plan import HttpPlan, Report, Run, quantiles

clock = time.perf_counter


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, *, plan: HttpPlan, number: int, report: Report) -> None:
        """Put together what is asked."""
        self._plan, self._number, self._report = plan, number, report
        self._next, self._asked = 0, 0.0
        self._rest = b""
        self.latencies: list[float] = []
        self.stopped = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take what came; ask again when it was all."""
        self._rest += data
        head, found, body = self._rest.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 2"):
            self._report.error_count += 1
            if self._report.error_count < 4:
                self._report.errors.append((head[:60] + b" ... " + body[:300]).decode(errors="replace"))
            return
        self.latencies.append(clock() - self._asked)
        self._rest = b""
        if not self.stopped:
            self._ask()

    def _ask(self) -> None:
        plan = self._plan
        body = plan.body.replace("ID", f"{self._number}-{self._next}").encode()
        self._next += 1
        lines = [f"{plan.method} {plan.paths[self._number % len(plan.paths)]} HTTP/1.1", *plan.headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self._asked = clock()
        self._transport.write("\r\n".join([*lines, "\r\n"]).encode() + body)  # type: ignore[attr-defined] # uvloop's


async def run(plan: HttpPlan) -> Report:
    """Keep asking; measure some stretches."""
    loop, report = asyncio.get_running_loop(), Report(runs=[], acked_in_all=0)
    callers = [Caller(plan=plan, number=n, report=report) for n in range(plan.connections)]
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", plan.port)  # type: ignore[misc] # mypy does not see the default
    for n in range(plan.runs):
        await asyncio.sleep(plan.again_s if n else plan.warm_s)
        for caller in callers:
            caller.latencies.clear()
        began, before = clock(), watch(plan.watched)
        await asyncio.sleep(plan.measure_s)
        report.runs.append(_run(callers, began, before, plan))
    for caller in callers:
        caller.stopped = True
    return report


def _run(callers: list[Caller], began: float, before: dict[str, float], plan: HttpPlan) -> Run:
    seconds, after = clock() - began, watch(plan.watched)
    latencies = [1000 * value for caller in callers for value in caller.latencies]
    return Run(
        seconds=seconds,
        acked=len(latencies),
        events=0,
        latencies_ms=quantiles(latencies),
        late_ms={},
        cpu={name: after[name] - before[name] for name in after},
    )


def main() -> None:
    """Read the plan, run it, write the report."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=HttpPlan)
    plan.watched["generator"] = [os.getpid()]
    print(msgspec.json.encode(uvloop.run(run(plan))).decode(), flush=True)  # noqa: T201 - the words between two processes


if __name__ == "__main__":
    main()
