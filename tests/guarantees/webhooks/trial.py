"""Everything is told to ten partners while all goes wrong; afterwards what they counted is compared with the log."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from django.db import DatabaseError

from config.embedded.postgres import EmbeddedPostgres
from conversations.engine import log
from conversations.threads import rules
from conversations.threads.actors import Actor, of_member
from integrations.webhooks import commands, proving
from integrations.webhooks.models import Delivery, Endpoint
from tenants.context import tenant_context
from tenants.members.queries import get_members
from tests.guarantees.webhooks.partners import Counted
from tests.serving import ROOT, Worker
from tests.shop import Guest, Shop

KIND: Final = "message.posted.v1"
PAGE: Final = 1000
LOOK_S: Final = 0.5
AWAY: Final = (DatabaseError, psycopg.Error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a trial is: so many events, `batch` of them each `pause_s`; something is broken every `every_s`.

    A worker that is stopped goes on after `stopped_s`, which is longer than it may keep what it took.
    """

    events: int = 20_000
    batch: int = 100
    pause_s: float = 1.0
    every_s: float = 15.0
    stopped_s: float = 35.0
    most_s: float = 1_800.0


class House:
    """Two workers, and PostgreSQL where it is ours to break."""

    def __init__(self, *, dsn: str, server: EmbeddedPostgres | None, stack: ExitStack, size: Size, seed: int) -> None:
        """Start the workers."""
        self.done = {"workers_killed": 0, "workers_stopped": 0, "postgres_restarted": 0}
        self._dsn, self._server, self._stack, self._size = dsn, server, stack, size
        self._chance = random.Random(seed)
        self._working = [stack.enter_context(Worker(dsn=dsn)) for _ in range(2)]
        self._stopped: list[tuple[float, Worker]] = []
        self._kinds: list[str] = []

    def break_something(self) -> None:
        """Break what has not been broken for longest, by chance."""
        if not self._kinds:
            self._kinds = [kind for kind in self.done if self._server or kind != "postgres_restarted"]
            self._chance.shuffle(self._kinds)
        kind = self._kinds.pop()
        worker = self._chance.choice(self._working)
        self.done[kind] += 1
        if kind == "workers_killed":
            self._replace(worker)
            worker.kill()
        elif kind == "workers_stopped":
            self._replace(worker)
            os.kill(worker.popen.pid, signal.SIGSTOP)
            self._stopped.append((time.monotonic() + self._size.stopped_s, worker))
        elif self._server is not None:
            self._server.stop()
            self._server.start()

    def go_on(self, *, all_: bool = False) -> None:
        """Let those go on who were stopped for long enough, beside whoever has taken their place, and then end."""
        for until, worker in list(self._stopped):
            if all_ or time.monotonic() > until:
                self._stopped.remove((until, worker))
                os.kill(worker.popen.pid, signal.SIGCONT)
                worker.terminate()

    def _replace(self, worker: Worker) -> None:
        self._working.remove(worker)
        self._working.append(self._stack.enter_context(Worker(dsn=self._dsn)))


@contextmanager
def partners(*, seed: int) -> Iterator[dict[str, int]]:
    """Start them; answer their ports."""
    command = [sys.executable, "-m", "tests.guarantees.webhooks.partners", str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout
            yield json.loads(child.stdout.readline())
        finally:
            child.kill()


def trial(*, dsn: str, server: EmbeddedPostgres | None, shop: Shop, size: Size, seed: int) -> dict[str, Any]:
    """Let it all happen; answer what was seen, and whether each event was told to each partner, and counted once."""
    began = time.monotonic()
    by = next(of_member(member=one) for one in get_members(tenant=shop.tenant) if one.may(commands.PERMISSION))
    with ExitStack() as stack:
        ports = stack.enter_context(partners(seed=seed))
        endpoints = {name: _register(shop, port, by) for name, port in ports.items()}
        house = House(dsn=dsn, server=server, stack=stack, size=size, seed=seed)
        _talk(shop, shop.welcome(), house, size, by)
        house.go_on(all_=True)
        left = _wait(shop, by, len(endpoints), size.most_s)
        counted = {name: msgspec.json.decode(_ask(port), type=Counted) for name, port in ports.items()}
    said = {**judge(counted=counted, positions=_read(shop)), **house.done}
    return {"kept": said.pop("kept") and left == 0, "seed": seed, **said, "seconds": round(time.monotonic() - began)}


def judge(*, counted: dict[str, Counted], positions: set[int]) -> dict[str, Any]:
    """Compare what was counted with the positions of the log."""
    said = {
        "events": len(positions),
        "partners": len(counted),
        "missing": sum(len(positions - set(one.positions.values())) for one in counted.values()),
        "counted_twice": sum(len(one.positions) - len(set(one.positions.values())) for one in counted.values()),
        "never_happened": sum(len(set(one.positions.values()) - positions) for one in counted.values()),
        "wrongly_signed": sum(one.wrongly_signed for one in counted.values()),
        "with_another_body": sum(one.other_body for one in counted.values()),
    }
    kept = bool(positions) and not any(value for name, value in said.items() if name not in ("events", "partners"))
    return {
        "kept": kept,
        **said,
        "sent_again_after_it_was_taken": sum(one.again for one in counted.values()),
        "disturbed": sum(one.disturbed for one in counted.values()),
    }


def _register(shop: Shop, port: int, by: Actor) -> UUID:
    terms: dict[str, Any] = {"kinds": [KIND], "scopes": ["personal:read"], "headers": {}, "description": ""}
    with tenant_context(shop.tenant):
        row, secret = commands.register(url=f"http://127.0.0.1:{port}/", **terms, by=by, now=datetime.now(UTC))
        _ask(port, path="secret", body=secret.encode())
        proving.prove(endpoint=row.id, by=by, now=datetime.now(UTC))
    return row.id


def _ask(port: int, *, path: str = "", body: bytes | None = None) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", data=body, timeout=60) as answer:
        said: bytes = answer.read()
        return said


def _talk(shop: Shop, guest: Guest, house: House, size: Size, by: Actor) -> None:
    """Let the guest say it all, while things break; what counts is what the log has in the end."""
    said, break_at = 0, time.monotonic() + size.every_s / 2
    while said < size.events:
        with contextlib.suppress(*AWAY):
            facts = [rules.post(actor=guest.actor, text=f"number {said + n}") for n in range(size.batch)]
            said += len(shop.write(guest.conversation, facts, sender=guest.actor.id))
        with contextlib.suppress(*AWAY):
            _switch_on(shop, by)
        if time.monotonic() > break_at:
            house.break_something()
            break_at = time.monotonic() + size.every_s
        house.go_on()
        time.sleep(size.pause_s)


def _switch_on(shop: Shop, by: Actor) -> None:
    """Let whoever said that it is gone be there again."""
    with tenant_context(shop.tenant):
        for row in Endpoint.objects.filter(off_at__isnull=False):
            commands.resume(endpoint=row.id, by=by, now=datetime.now(UTC))


def _wait(shop: Shop, by: Actor, partners_: int, most_s: float) -> int:
    """Wait until all is delivered; answer what is left."""
    until, wanted = time.monotonic() + most_s, len(_read(shop)) * partners_
    while True:
        with tenant_context(shop.tenant):
            left = wanted - Delivery.objects.filter(state="delivered").count()
        if left == 0 or time.monotonic() > until:
            return left
        _switch_on(shop, by)
        time.sleep(LOOK_S)


def _read(shop: Shop) -> set[int]:
    """Answer the positions of what was said."""
    found, after = set[int](), 0
    with tenant_context(shop.tenant):
        while events := log.read_kinds(kinds=[KIND], after=after, until=2**53, limit=PAGE):
            found |= {event.position for event in events}
            after = events[-1].position
    return found
