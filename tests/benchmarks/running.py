"""Processes under measurement, each on its core: servers on the one, the load generator and the stores on the other."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Final, Self

import msgspec

from tests.benchmarks.machine import OTHER_CORE, SERVER_CORE, pin
from tests.benchmarks.plan import HttpPlan, Plan, Report, Run
from tests.serving import ROOT, free_port

STARTS_S: Final = 60
STOPS_S: Final = 20
GENERATORS: Final = {Plan: "tests.benchmarks.generator", HttpPlan: "tests.benchmarks.http_generator"}


class Listening:
    """A child that listens on a loopback port; `with` starts it, waits for it, pins it to a core and ends it."""

    def __init__(self, command: Sequence[str], *, port: int, core: int, environment: Mapping[str, str]) -> None:
        """Start nothing yet."""
        self.port = port
        self._command, self._core, self._environment = command, core, environment

    def __enter__(self) -> Self:
        """Start it; what it says is shown only if it dies."""
        self._said = tempfile.TemporaryFile()  # closed on the way out
        self.popen = subprocess.Popen(
            self._command, cwd=ROOT, env={**os.environ, **self._environment}, stdout=self._said, stderr=self._said
        )
        until = time.monotonic() + STARTS_S
        while not _listens(self.port):
            if self.popen.poll() is not None or time.monotonic() > until:
                self._said.seek(0)
                said = self._said.read().decode(errors="replace")
                self.__exit__()
                raise RuntimeError(f"{self._command} does not listen:\n{said}")
            time.sleep(0.05)
        pin(self.popen.pid, self._core)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.popen.terminate()
        try:
            self.popen.wait(timeout=STOPS_S)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        self._said.close()

    @property
    def pid(self) -> int:
        """Answer its process id."""
        return self.popen.pid


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def server(*, dsn: str, core: int, environment: Mapping[str, str]) -> Listening:
    """Answer our own server, as `manage.py serve` runs it."""
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(port)]
    ours = {"DATABASE_URL": dsn, "DJANGO_SETTINGS_MODULE": "config.settings.test", **environment}
    return Listening(command, port=port, core=core, environment=ours)


def uvicorn(application: str, **environment: str) -> Listening:
    """Answer another application to compare with, run by uvicorn on the server's core."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", application, "--port", str(port), "--ws", "websockets-sansio"),
        *("--no-access-log", "--log-level", "warning"),
    ]
    return Listening(command, port=port, core=SERVER_CORE, environment=environment)


def generate(plan: Plan | HttpPlan) -> Report:
    """Run a plan to its end; refuse figures that were made with errors."""
    with started(plan) as child:
        return finish(child)


def generate_together(plans: Sequence[Plan]) -> list[Report]:
    """Run plans at one moment, each by a generator of its own: all are connected when the first begins."""
    with ExitStack() as stack:
        children = [stack.enter_context(started(msgspec.structs.replace(plan, together=True))) for plan in plans]
        for child in children:
            await_ready(child)
        for child in children:
            release(child)
        return [finish(child) for child in children]


def await_ready(child: subprocess.Popen[bytes]) -> None:
    """Wait until a generator that is held is connected."""
    assert child.stdout
    if child.stdout.readline() != b"ready\n":
        raise RuntimeError("the load generator died: see above")


def release(child: subprocess.Popen[bytes]) -> None:
    """Let it go on."""
    assert child.stdin
    child.stdin.write(b"\n")
    child.stdin.flush()


@contextmanager
def started(plan: Plan | HttpPlan) -> Iterator[subprocess.Popen[bytes]]:
    """Start a generator on the other core and hand it its plan."""
    command = [sys.executable, "-m", GENERATORS[type(plan)]]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            pin(child.pid, OTHER_CORE)
            assert child.stdin
            child.stdin.write(msgspec.json.encode(plan) + b"\n")
            child.stdin.flush()
            yield child
        finally:
            child.kill()


def finish(child: subprocess.Popen[bytes]) -> Report:
    """Wait for the report."""
    assert child.stdout
    line = child.stdout.readline()
    if not line:
        raise RuntimeError("the load generator died: see above")
    report = msgspec.json.decode(line, type=Report)
    if report.error_count:
        raise RuntimeError(f"{report.error_count} errors, so the figures say nothing: {report.errors}")
    return report


def figures(runs: list[Run]) -> dict[str, object]:
    """Answer the medians over the runs: rates, latencies, and CPU milliseconds for 1,000 acked messages."""
    acked = [run.acked / run.seconds for run in runs]
    return {
        "acked_per_s": round(median(acked), 1),
        "spread": [round(min(acked), 1), round(max(acked), 1)],
        "events_per_s": round(median(run.events / run.seconds for run in runs), 1),
        "latency_ms": _medians([run.latencies_ms for run in runs]),
        "late_ms": _medians([run.late_ms for run in runs]),
        "cpu_ms_per_1000": {
            name: round(median(1e6 * run.cpu[name] / run.acked for run in runs if run.acked), 1) for name in runs[0].cpu
        },
        "cores_busy": {name: round(median(run.cpu[name] / run.seconds for run in runs), 2) for name in runs[0].cpu},
    }


def _medians(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Answer the median of each quantile over the stretches in which there was anything."""
    measured = [each for each in found if each]
    return {name: round(median(each[name] for each in measured), 3) for name in (measured[0] if measured else ())}
