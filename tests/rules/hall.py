"""A desk in memory: conversations come, agents are there, time passes, and routing decides. No database, no clock."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conversations.desk.queue import Queue
from conversations.desk.rules.routing import Case, Outcome, Place, Scene, in_order, queue_up, route
from conversations.desk.rules.serving import Agent
from conversations.desk.rules.work import Work, after
from conversations.engine.events import Fact
from conversations.threads.events import ConversationAssigned
from tests.rules.scenario import NOON

HELD: Final = ("offered", "assigned")


def agent(name: str, **said: Any) -> Agent:
    """Answer somebody who is here; the same name is the same person."""
    return Agent(id=UUID(bytes=name.encode().ljust(16, b".")), name=name, **said)


def queue(**body: Any) -> Queue:
    """Answer a queue that is everybody's and hands out directly, but for what is said."""
    return Queue(**{"name": "Help", "hand_out": "direct", **body})


class Hall:
    """Everything that routing sees. What it decides happens at once; `due` is when it wants to look again."""

    def __init__(self, *agents: Agent, **queues: Queue) -> None:
        """It is noon, and nobody waits; without another one there is the queue `help`."""
        self.now = NOON
        self.agents = {one.id: one for one in agents}
        self.queues = queues or {"help": queue()}
        self.closed: dict[str, datetime | None] = {}
        self.works: dict[UUID, Work] = {}
        self.asks: dict[UUID, datetime] = {}
        self.due: dict[UUID, datetime | None] = {}
        self._came = 0

    def come(self, *, to: str = "help", preferred: Agent | None = None, language: str | None = None) -> UUID:
        """Let a conversation begin to wait; answer its id. The router has not looked yet."""
        self._came += 1
        id_ = UUID(int=self._came)
        fresh = Work(conversation=id_, language=language)
        self.works[id_], self.asks[id_] = fresh, self.now
        who = None if preferred is None else preferred.id
        place = self._places()[to]
        facts = queue_up(work=fresh, place=place, reason="started", since=self.now, scene=self.scene(), preferred=who)
        self.happen(id_, *facts)
        return id_

    def happen(self, id_: UUID, *facts: Fact) -> None:
        """Let facts happen to a conversation now."""
        for fact in facts:
            self.works[id_] = after(work=self.works[id_], fact=fact, at=self.now)

    def be(self, who: Agent, **said: Any) -> None:
        """Let somebody be otherwise from now on."""
        self.agents[who.id] = replace(self.agents[who.id], **said)

    def go(self, who: Agent) -> None:
        """Let somebody be gone from now on."""
        self.be(who, is_online=False, gone_since=self.now)

    def route(self) -> list[Fact]:
        """Look at everything; answer what followed."""
        cases = [Case(work=work, asks_since=self.asks.get(id_)) for id_, work in self.works.items()]
        return self._see(route(cases=cases, scene=self.scene()))

    def pass_(self, seconds: float) -> list[Fact]:
        """Let time pass and the router look; answer what followed."""
        self.now += timedelta(seconds=seconds)
        return self.route()

    def holder(self, id_: UUID) -> str | None:
        """Answer the name of who has a conversation or is offered it."""
        work = self.works[id_]
        return self.agents[work.member].name if work.state in HELD and work.member is not None else None

    def load(self, who: UUID) -> int:
        """Answer how many points somebody has taken."""
        weight = self.agents[who].weighs(channel="webchat")
        return weight * sum(
            work.state in HELD and work.member == who and not work.snoozed for work in self.works.values()
        )

    def scene(self) -> Scene:
        """Answer what routing sees besides the conversations."""
        agents = {id_: replace(one, load=one.load + self.load(id_)) for id_, one in self.agents.items()}
        return Scene(now=self.now, places=self._places(), agents=agents)

    def _places(self) -> dict[str, Place]:
        waiting = [work.queue for work in self.works.values() if work.state == "waiting"]
        return {
            key: Place(
                key=key,
                body=body,
                is_open=key not in self.closed,
                opens_at=self.closed.get(key),
                waiting=waiting.count(key),
            )
            for key, body in self.queues.items()
        }

    def _see(self, outcomes: Sequence[Outcome]) -> list[Fact]:
        """Let what follows happen as it is written, one after the other; nobody has too much in between."""
        for id_, fact in (written := in_order(outcomes=outcomes)):
            before = self.works[id_]
            self.happen(id_, fact)
            assert before.state not in HELD or self.works[id_].member in {before.member, None}
            if isinstance(fact, ConversationAssigned) and fact.to is not None:
                self._get(fact.to)
            assert all(one.load + self.load(one.id) <= one.capacity for one in self.agents.values())
        for outcome in outcomes:
            assert self.works[outcome.work.conversation] == outcome.work, "what it decided by is what its facts tell"
            self.due[outcome.work.conversation] = outcome.due_at
        return [fact for _, fact in written]

    def _get(self, who: UUID) -> None:
        self.agents[who] = replace(self.agents[who], handed_at=self.now, idle_since=self.now)
