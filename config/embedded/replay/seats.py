"""A side's place in one talk: what it says, receives, and marks as read. And what its frames may not carry."""

import asyncio
from typing import Any, Final

from config.embedded.replay.book import Book, Company, Message, Talk
from config.embedded.replay.findings import Findings
from config.embedded.replay.live import Live
from config.embedded.replay.readings import NOTE, Reading, see
from config.embedded.replay.topics import View

DELIVERY_S: Final = 90.0  # the server promises to converge within 60
VISITORS_FIELDS: Final = {"type", "topic", "seq", "kind", "at", "id", "body"}
STAFF_KINDS: Final = {NOTE, "conversation.assigned.v1"}


class Seat:
    """One side of one talk, live."""

    def __init__(self, *, live: Live, talk: Talk, reading: Reading) -> None:
        """Sit down; `subscribe` makes events come."""
        self.view = View(name=talk.public)
        self._live = live
        self._talk = talk
        self._reading = reading

    async def subscribe(self) -> None:
        """Have the talk's public events from the first one on."""
        await self._live.subscribe(self.view)

    def hear(self, frame: dict[str, Any]) -> None:
        """Take an event of the talk."""
        self._reading.take(see(frame=frame))
        self.view.reach(frame["seq"])

    async def say(self, message: Message) -> int:
        """Send a message of this side; answer its seq when it is acked."""
        message.seq = await self._live.send(id=message.id, conversation=self._talk.conversation, text=message.text)
        return message.seq

    async def until(self, seq: int) -> None:
        """Wait until this side has received everything up to `seq`; what never comes is judged at the end."""
        await wait_for(self.view, seq)

    async def read(self) -> None:
        """Mark as read what was received."""
        await self._live.say({"type": "read", "conversation": self._talk.conversation, "seq": self.view.last})

    async def type(self) -> None:
        """Show that this side is writing."""
        await self._live.say({"type": "typing", "conversation": self._talk.conversation})

    def finish(self) -> None:
        """Judge what was received."""
        self._reading.finish()


async def wait_for(view: View, number: int) -> None:
    """Wait until a view has got to `number`, but not for ever."""
    if view.last < number:
        try:
            async with asyncio.timeout(DELIVERY_S):
                await view.until(number)
        except TimeoutError:
            return


def check_visitors_frame(*, raw: str, frame: dict[str, Any], talk: Talk, book: Book, findings: Findings) -> bool:
    """Note what a visitor should never get in an event; answer whether it is of the visitor's own conversation."""
    key = (talk.conversation, frame.get("kind"), frame.get("seq"))
    if book.canary in raw or frame.get("kind") in STAFF_KINDS:
        findings.add(kind="exposed", key=key, detail=f"dialogue {talk.name}: a visitor received {raw[:200]}")
    if frame["topic"] != talk.public:
        findings.add(kind="leaked", key=key, detail=f"dialogue {talk.name}: a visitor received {raw[:200]}")
        return False
    if not VISITORS_FIELDS.issuperset(frame):
        extra = ", ".join(sorted(set(frame) - VISITORS_FIELDS))
        findings.add(kind="exposed", key=key, detail=f"dialogue {talk.name}: a visitor's event has {extra}")
    return True


def check_agents_frame(*, raw: str, company: Company, book: Book, findings: Findings) -> None:
    """Note notes of other companies."""
    if book.canary in raw and book.canary_of(company=company) not in raw:
        findings.add(kind="leaked", key=raw, detail=f"an agent of {company.slug} received {raw[:200]}")
