"""Those who make routing hard: visitors who come, and agents who accept too late, decline, finish, hand on and vanish.

They ask the product's own commands, each in a thread with a database connection of its own. Nothing is judged here.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from django.db import DatabaseError, connection

from conversations.desk.commands import To, accept, decline, hand_on
from conversations.desk.models import WorkRow
from conversations.threads.actors import Actor
from conversations.threads.commands import assign, resolve
from tenants.context import tenant_context
from tenants.refusals import Refusal
from tests.shop import Shop

LOOKS_S: Final = 0.02
EDGE_S: Final = 0.03  # an accept that races with its offer's end comes so near to it
QUEUES: Final = ("help", "care")


@dataclass(frozen=True, slots=True)
class Temper:
    """How people are, as probabilities: a second for going away, a case for the rest; and how long they serve."""

    goes: float = 0.03
    declines: float = 0.12
    races: float = 0.2
    ignores: float = 0.05
    hands_on: float = 0.08
    serves_s: float = 0.6


class Crew(threading.Thread):
    """Some agents of a shop, from now until they are told to stop. `count` says what they did and were refused."""

    def __init__(self, *, shop: Shop, actors: Sequence[Actor], temper: Temper, seed: int) -> None:
        """All of them are away at first."""
        super().__init__(daemon=True)
        self.count: Counter[str] = Counter()
        self.failed: list[str] = []
        self._shop, self._actors, self._temper = shop, {actor.id: actor for actor in actors}, temper
        self._chance = random.Random(seed)
        self._back_at: dict[UUID, float] = dict.fromkeys(self._actors, 0.0)
        self._plans: dict[tuple[UUID, UUID, object], tuple[float, str]] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Let them end."""
        self._stopping.set()
        self.join()

    def calm(self) -> None:
        """Let nobody go away or be difficult any more."""
        self._temper = Temper(goes=0, declines=0, races=0, ignores=0, hands_on=0, serves_s=0.1)

    def run(self) -> None:
        """Work."""
        try:
            while not self._stopping.is_set():
                self._come_and_go()
                with tenant_context(self._shop.tenant):
                    self._see()
                self._stopping.wait(LOOKS_S)
        except Exception as error:  # noqa: BLE001 - whatever stops them was not to happen
            self.failed.append(f"{type(error).__name__}: {error}"[:300])
        finally:
            connection.close()

    def _come_and_go(self) -> None:
        now = time.monotonic()
        for member, back_at in self._back_at.items():
            here = back_at == -1.0
            if not here and now >= back_at:
                self._shop.be(member=member, state="online")
                self._back_at[member] = -1.0
            elif here and self._chance.random() < self._temper.goes * LOOKS_S:
                self._shop.be(member=member, state=self._chance.choice(("offline", "offline", "away")))
                self._back_at[member] = now + self._chance.uniform(0.3, 3.0)
                self.count["went"] += 1

    def _see(self) -> None:
        """Look at what they are offered and have, and do what is due of that."""
        rows = WorkRow.objects.filter(member__in=list(self._actors), state__in=["offered", "assigned"])
        found: list[Any] = list(rows.values_list("id", "member", "state", "until", "attempt", "since"))
        for id_, member, state, until, attempt, since in found:
            place = (id_, member, attempt if state == "offered" else since)
            if place not in self._plans:
                self._plans[place] = self._plan(state, until)
            at, what = self._plans[place]
            if what and time.monotonic() >= at and self._back_at[member] == -1.0:
                self._plans[place] = (at, "")
                self._do(what, id_, self._actors[member])

    def _plan(self, state: str, until: datetime | None) -> tuple[float, str]:
        temper, dice, now = self._temper, self._chance.random(), time.monotonic()
        if state == "assigned":
            what = "hand on" if dice < temper.hands_on else "give back" if dice < 1.5 * temper.hands_on else "resolve"
            return now + self._chance.uniform(0, 2 * temper.serves_s), what
        if dice < temper.declines:
            return now + self._chance.uniform(0, 0.2), "decline"
        if dice < temper.declines + temper.ignores:
            return now, ""
        if dice < temper.declines + temper.ignores + temper.races and until is not None:
            left = (until - datetime.now(UTC)).total_seconds()
            return now + left + self._chance.uniform(-EDGE_S, EDGE_S), "accept late"
        return now + self._chance.uniform(0, 0.2), "accept"

    def _do(self, what: str, id_: UUID, actor: Actor) -> None:
        now = datetime.now(UTC)
        to = To(queue=self._chance.choice(QUEUES))
        commands: dict[str, Callable[[], object]] = {
            "accept": lambda: accept(conversation=id_, actor=actor, now=now),
            "accept late": lambda: accept(conversation=id_, actor=actor, now=now),
            "decline": lambda: decline(conversation=id_, actor=actor, now=now),
            "resolve": lambda: resolve(conversation=id_, actor=actor, now=now),
            "give back": lambda: assign(conversation=id_, actor=actor, to=None, now=now),
            "hand on": lambda: hand_on(conversation=id_, actor=actor, to=to, words="Please", now=now),
        }
        try:
            commands[what]()
            self.count[what] += 1
        except Refusal as refusal:
            self.count[f"{what}: {refusal.code}"] += 1


class Visitors(threading.Thread):
    """They come one after the other, each with a word."""

    def __init__(self, *, shop: Shop, count: int, pause_s: float, seed: int) -> None:
        """So many, with a pause of so long between two, on the average."""
        super().__init__(daemon=True)
        self.came: list[UUID] = []
        self.failed: list[str] = []
        self._shop, self._count, self._pause_s, self._chance = shop, count, pause_s, random.Random(seed)

    def run(self) -> None:
        """Come."""
        try:
            while len(self.came) < self._count:
                try:
                    self.came.append(self._shop.welcome(text="hello").conversation)
                except (DatabaseError, psycopg.Error) as error:
                    self.failed.append(f"{type(error).__name__}: {error}"[:300])
                    return
                time.sleep(self._chance.expovariate(1 / self._pause_s) if self._pause_s else 0)
        finally:
            connection.close()
