"""What all items of a benchmark share: the database, ten companies with ten conversations each, how long to measure."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import psycopg

from tests.benchmarks import machine, stage
from tests.benchmarks.plan import Plan, Seat
from tests.benchmarks.running import Listening, figures, generate, server
from tests.benchmarks.stage import Room

TENANTS: Final = 10
EACH: Final = 10
ROUNDS: Final = 3  # in which things take turns that are compared
WINDOW: Final = 4  # messages outstanding on each of 200 connections: 800 people who wait for an ack at any moment


@dataclass(kw_only=True)
class Bench:
    """One run of `./dev bench`."""

    dsn: str
    quick: bool
    redis_url: str | None
    limit_s: float = 600.0  # after so many seconds an item that takes long begins nothing new
    found: dict[str, object] = field(default_factory=dict)
    keep: Callable[[Mapping[str, object]], None] = lambda _found: None

    @property
    def seconds(self) -> float:
        """Answer how long one stretch is measured."""
        return 0.8 if self.quick else 5.0

    @property
    def times(self) -> dict[str, Any]:
        """Answer how a plan's time is spent."""
        again_s = 0.2 if self.quick else 1.0
        return {"warm_s": 1.0, "again_s": again_s, "measure_s": self.seconds, "runs": self.runs}

    @property
    def runs(self) -> int:
        """Answer how many stretches a median is made of."""
        return 5

    @property
    def runs_of_round(self) -> int:
        """Answer how many stretches there are of each thing in each of ROUNDS."""
        return 2

    @cached_property
    def rooms(self) -> list[Room]:
        """Answer a hundred conversations in ten companies."""
        return stage.open_rooms(tenants=stage.open_tenants(count=TENANTS), each=EACH)

    @cached_property
    def postmaster(self) -> int:
        """Answer PostgreSQL's first process."""
        with psycopg.connect(self.dsn) as connection:
            return machine.parent(connection.info.backend_pid)

    def say(self, line: str) -> None:
        """Tell the person at the terminal how far it is."""
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - it talks to the person at the terminal

    def note(self, *, item: str, found: Mapping[str, object]) -> None:
        """Keep what an item has found so far: it is there, whatever stops the rest."""
        self.found[item] = dict(found)
        self.keep(self.found)

    def server(
        self, *, core: int = machine.SERVER_CORE, environment: Mapping[str, str] = MappingProxyType({})
    ) -> Listening:
        """Answer our own server, to be entered."""
        return server(dsn=self.dsn, core=core, environment=environment)

    def measure(self, *, port: int, seats: Sequence[Seat], server: int, **plan: object) -> dict[str, object]:
        """Let the generator do its work against one server; answer the medians."""
        report = generate(self.plan(port=port, seats=seats, server=server, **plan))
        return {**figures(report.runs), "acked_in_all": report.acked_in_all}

    def plan(self, *, port: int, seats: Sequence[Seat], server: int, **plan: object) -> Plan:
        """Answer a plan with this benchmark's times."""
        watched = {"server": [server], "postgres": [self.postmaster]}
        fields: dict[str, Any] = {**self.times, **plan}
        return Plan(port=port, seats=list(seats), watched=watched, **fields)


def measure_item(*, bench: Bench, name: str, measure: Callable[[Bench], Mapping[str, object]]) -> None:
    """Keep what an item finds, with the seconds it took; where it fails, that and what it had noted until then."""
    began = time.monotonic()
    try:
        found = dict(measure(bench))
    except RuntimeError as error:  # a miss is a finding, too, and the other items are still to be measured
        noted = bench.found.get(name)
        found = {**(noted if isinstance(noted, dict) else {}), "failed": str(error)[:500]}
    bench.note(item=name, found={**found, "took_s": round(time.monotonic() - began, 1)})
