"""Who takes part in a storm: visitors in a conversation each, an agent a tenant who looks at everything.

Each says things under ids of its own, sends again whatever has no ack, and keeps a copy of all that it hears.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from config.embedded.replay.book import Company
from config.embedded.replay.companies import OwnerSession
from config.embedded.replay.live import Live, Refused
from config.embedded.replay.tally import Tally
from config.embedded.replay.topics import View
from config.embedded.replay.web import Unexpected, Web
from tests.guarantees.storm.history import DESK, Copy, History, Operation, Seen

ACK_S: Final = 6.0
PING_S: Final = 5.0
PATIENCE_S: Final = 900.0  # whoever is kept away for long is a finding, not the end of the storm
LOOK_AGAIN_S: Final = 0.5
MOST_BURST: Final = 3
SAYS_AGAIN: Final = 0.08  # how often something acked is sent once more, as a client does whose disk lost the ack
CANARY: Final = re.compile(r"canary-([a-z0-9-]+)-yranac")


@dataclass(slots=True)
class Stage:
    """What everybody shares. `ending` is set when nobody shall begin anything new."""

    web: Web
    history: History
    tally: Tally
    pause_s: float
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    unexpected: dict[str, int] = field(default_factory=dict)
    said_again: int = 0
    numbers: int = 0

    def next_id(self) -> str:
        """Answer an id that nobody has used."""
        self.numbers += 1
        return f"m{self.numbers}"

    async def insist(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Answer what `ask` answers, however often the server fails to; it must bear being asked twice."""
        while True:
            try:
                return await ask()
            except Unexpected as error:
                reason = str(error)[:120]
                self.unexpected[reason] = self.unexpected.get(reason, 0) + 1
                await asyncio.sleep(LOOK_AGAIN_S)


class Person:
    """Somebody with a socket."""

    def __init__(self, *, who: str, company: Company, stage: Stage, rng: Random) -> None:
        """Be nowhere yet."""
        self.who = who
        self.company = company
        self.stage = stage
        self.rng = rng
        self.copies: dict[str, Copy] = {}
        self._views: dict[str, View] = {}
        self._acked: list[Operation] = []
        self.live = Live(
            site=company.site,
            get_ticket=self.get_ticket,
            hear=self._hear,
            tally=stage.tally,
            ack_s=ACK_S,
            ping_s=PING_S,
            patience_s=PATIENCE_S,
        )

    async def get_ticket(self) -> str:
        """Answer a ticket for live delivery."""
        raise NotImplementedError

    async def play(self) -> None:
        """Take part until the end."""
        raise NotImplementedError

    async def listen(self, topic: str) -> None:
        """Keep a copy of a topic from now on, from its first event."""
        copy = self.copies[topic] = Copy(self.who, self.company.slug, topic)
        self.stage.history.copies.append(copy)
        view = self._views[topic] = View(name=topic)
        await self.live.subscribe(view)

    async def chat(self, choose: Callable[[], str]) -> None:
        """Say things in conversations that `choose` answers, until the end; then wait until all of it has its ack."""
        while not self.stage.ending.is_set():
            conversation = choose()
            burst = self.rng.randint(1, MOST_BURST)
            await asyncio.gather(*(self.say(conversation) for _ in range(burst)))
            if self._acked and self.rng.random() < SAYS_AGAIN * burst:
                await self._say_again(self.rng.choice(self._acked))
            await self.rest()

    async def rest(self) -> None:
        """Pause, not longer than until the end."""
        seconds = min(self.rng.expovariate(1 / self.stage.pause_s), 4 * self.stage.pause_s)
        try:
            await asyncio.wait_for(self.stage.ending.wait(), seconds)
        except TimeoutError:
            return

    async def say(self, conversation: str) -> None:
        """Send one message until it is acked."""
        operation = self.begin(f"conversation:{conversation}")
        await self._send(operation)
        if operation.seqs:
            self._acked.append(operation)

    def begin(self, topic: str) -> Operation:
        """Write down that something is about to be sent."""
        mine, id_ = self.company.slug, self.stage.next_id()
        text = f"{id_} of {self.who}: canary-{mine}-yranac " + "云" * self.rng.randint(0, 60)
        operation = Operation(mine, topic, id_, text, invoked=time.monotonic())
        self.stage.history.operations.append(operation)
        return operation

    async def leave(self) -> None:
        """Close the socket."""
        await self.live.close()

    async def _say_again(self, operation: Operation) -> None:
        self.stage.said_again += 1
        await self._send(operation)

    async def _send(self, operation: Operation) -> None:
        conversation = operation.topic.partition(":")[2]
        try:
            seq = await self.live.send(id=operation.id, conversation=conversation, text=operation.text)
        except Refused as refusal:
            operation.refused = str(refusal)
        else:
            operation.ack(seq=seq, now=time.monotonic())

    def _hear(self, raw: str, frame: dict[str, Any]) -> None:
        for slug in CANARY.findall(raw):
            if slug != self.company.slug:
                self.stage.history.strays.append(f"{self.who} of {self.company.slug} heard {raw[:200]}")
        topic = frame["topic"]
        copy = self.copies.get(topic)
        if copy is None:
            self.stage.history.strays.append(f"{self.who} of {self.company.slug} never asked for {raw[:200]}")
            return
        number = frame["position"] if topic == DESK else frame["seq"]
        copy.seen.append(Seen(number, frame["kind"], frame.get("id"), frame["body"].get("text")))
        self._views[topic].reach(number)


class Visitor(Person):
    """A customer in one conversation."""

    conversation: str
    _headers: dict[str, str]

    async def arrive(self) -> None:
        """Open the widget and start a conversation."""
        ask = self.stage.web.post
        came = await ask(site=self.company.site, path="/api/v1/visitors", body={"inbox": self.company.inbox})
        self._headers = {"Authorization": f"Visitor {came['token']}"}
        path = "/api/v1/visitors/conversation"
        begun = await ask(site=self.company.site, path=path, body={}, headers=self._headers)
        self.conversation = begun["id"]
        await self.live.open()
        await self.listen(f"conversation:{self.conversation}")

    async def get_ticket(self) -> str:
        """Answer a ticket for live delivery."""

        def ask() -> Awaitable[Any]:
            path = "/api/v1/live-tickets"
            return self.stage.web.post(site=self.company.site, path=path, body={}, headers=self._headers)

        return str((await self.stage.insist(ask))["ticket"])

    async def play(self) -> None:
        """Write until the end."""
        await self.chat(lambda: self.conversation)


class Agent(Person):
    """A member who sees the desk and both sides of every conversation."""

    def __init__(self, *, who: str, company: Company, stage: Stage, rng: Random) -> None:
        """Be nowhere yet."""
        super().__init__(who=who, company=company, stage=stage, rng=rng)
        self._session = OwnerSession(web=stage.web, company=company)
        self._conversations: list[str] = []

    async def sign_in(self) -> None:
        """Begin a browser session; the company then knows its inbox."""
        await self._session.begin()

    async def arrive(self, conversations: list[str]) -> None:
        """Open the desk, take every conversation and listen to both its sides."""
        self._conversations = conversations
        await self.live.open()
        await self.listen(DESK)
        for conversation in conversations:
            await self._session.post(path=f"/api/v1/conversations/{conversation}/take", body={})
            await self.listen(f"conversation:{conversation}")
            await self.listen(f"staff:{conversation}")

    async def get_ticket(self) -> str:
        """Answer a ticket for live delivery."""
        return str(await self.stage.insist(self._session.get_ticket))

    async def play(self) -> None:
        """Answer, note and resolve until the end."""
        await asyncio.gather(self.chat(lambda: self.rng.choice(self._conversations)), self._care())

    async def _care(self) -> None:
        while not self.stage.ending.is_set():
            conversation = self.rng.choice(self._conversations)
            await self._note(conversation)
            await self.rest()
            await self._post(f"/api/v1/conversations/{conversation}/resolve", {})
            await self.rest()

    async def _note(self, conversation: str) -> None:
        operation = self.begin(f"staff:{conversation}")
        path = f"/api/v1/conversations/{conversation}/notes"
        said = await self._post(path, {"id": operation.id, "text": operation.text})
        operation.ack(seq=said["seq"], now=time.monotonic())

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        return await self.stage.insist(lambda: self._session.post(path=path, body=body))
