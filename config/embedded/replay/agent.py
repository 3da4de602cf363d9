"""A company's agent: one desk, any number of talks at once on one socket."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Final

from config.embedded.replay.book import Company, Talk
from config.embedded.replay.companies import OwnerSession
from config.embedded.replay.live import Live
from config.embedded.replay.readings import DeskReading, Reading, StaffReading, see
from config.embedded.replay.scene import Scene
from config.embedded.replay.seats import DELIVERY_S, Seat, check_agents_frame, wait_for
from config.embedded.replay.topics import View

WHO: Final = "agent"


@dataclass(slots=True)
class Chair:
    """The agent's place in one talk: the public side as everybody, and the staff side."""

    talk: Talk
    seat: Seat
    staff: View
    reading: StaffReading


class Agent:
    """Plays the agent of all talks of one company."""

    def __init__(self, *, company: Company, scene: Scene) -> None:
        """Be nowhere yet."""
        self.company = company
        self.session = OwnerSession(web=scene.web, company=company)
        self._scene = scene
        self._live = Live(site=company.site, get_ticket=self.session.get_ticket, hear=self._hear, tally=scene.tally)
        self._desk = View(name="desk")
        self._desk_reading = DeskReading(company=company, book=scene.book, findings=scene.findings)
        self._chairs: dict[str, Chair] = {}
        self._awaited: dict[str, asyncio.Event] = {}
        self._position = 0

    async def arrive(self) -> None:
        """Open the desk. The owner must be signed in."""
        await self._live.open()
        await self._live.subscribe(self._desk)

    async def take(self, talk: Talk) -> Chair:
        """Take a conversation as soon as the desk shows it, and listen to both its sides."""
        await self._notice(talk)
        await self.session.post(path=f"/api/v1/conversations/{talk.conversation}/take", body={})
        book, findings = self._scene.book, self._scene.findings
        public = Reading(talk=talk, who=WHO, missing="undelivered", book=book, findings=findings)
        staff = StaffReading(talk=talk, who=WHO, missing="undelivered", book=book, findings=findings)
        seat = Seat(live=self._live, talk=talk, reading=public)
        chair = Chair(talk, seat, View(name=talk.staff), staff)
        self._chairs[talk.conversation] = chair
        await chair.seat.subscribe()
        await self._live.subscribe(chair.staff)
        return chair

    async def add_note(self, chair: Chair) -> None:
        """Leave the talk's internal note."""
        note = chair.talk.note
        if note is not None and note.seq is None:
            path = f"/api/v1/conversations/{chair.talk.conversation}/notes"
            note.seq = (await self.session.post(path=path, body={"id": note.id, "text": note.text}))["seq"]
            self._scene.tally.notes += 1

    async def let_go(self, chair: Chair) -> None:
        """Stop listening to a talk when everything of it has come, and judge what came."""
        note = chair.talk.note
        await wait_for(chair.staff, (note and note.seq) or 1)
        await self._live.unsubscribe(chair.seat.view)
        await self._live.unsubscribe(chair.staff)
        del self._chairs[chair.talk.conversation]
        chair.seat.finish()
        chair.reading.finish()

    async def leave(self) -> None:
        """Close the desk when it has shown what the talks have shown."""
        await wait_for(self._desk, self._position)
        await self._live.close()
        self._desk_reading.finish()

    async def _notice(self, talk: Talk) -> None:
        """Wait for a conversation on the desk; one that does not come is judged at the end and taken all the same."""
        if talk.conversation not in self._desk_reading.conversations:
            appeared = self._awaited.setdefault(talk.conversation, asyncio.Event())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(appeared.wait(), DELIVERY_S)

    def _hear(self, raw: str, frame: dict[str, Any]) -> None:
        check_agents_frame(raw=raw, company=self.company, book=self._scene.book, findings=self._scene.findings)
        if frame["topic"] == "desk":
            self._hear_desk(frame)
            return
        self._position = max(self._position, frame["position"])
        chair = self._chairs.get(frame["conversation"])
        if chair is None:
            self._check_stranger(raw, frame)
        elif frame["topic"] == chair.talk.public:
            chair.seat.hear(frame)
        else:
            chair.reading.take(see(frame=frame))
            chair.staff.reach(frame["seq"])

    def _hear_desk(self, frame: dict[str, Any]) -> None:
        conversation = frame["conversation"]
        self._desk_reading.take(see(frame=frame), conversation=conversation)
        self._desk.reach(frame["position"])
        awaited = self._awaited.pop(conversation, None)
        if awaited is not None:
            awaited.set()

    def _check_stranger(self, raw: str, frame: dict[str, Any]) -> None:
        """An event may be on its way while the agent stops listening; of another company none may ever be."""
        talk = self._scene.book.by_conversation.get(frame["conversation"])
        if talk is None or talk.company is not self.company:
            detail = f"an agent of {self.company.slug} received {raw[:200]}"
            self._scene.findings.add(kind="leaked", key=(frame["conversation"], frame["seq"]), detail=detail)
