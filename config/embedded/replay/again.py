"""Reading everything back over second, fresh connections: each visitor's side, and both sides of each agent's."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from config.embedded.replay.book import Company, Talk
from config.embedded.replay.companies import OwnerSession
from config.embedded.replay.live import Live, Refused
from config.embedded.replay.readings import Reading, StaffReading, see
from config.embedded.replay.scene import Scene
from config.embedded.replay.seats import DELIVERY_S, check_agents_frame, check_visitors_frame
from config.embedded.replay.site import Site
from config.embedded.replay.tally import Tally
from config.embedded.replay.topics import View
from config.embedded.replay.web import Unexpected

AT_ONCE: Final = 32

Check = Callable[[str, dict[str, Any]], bool]
Judge = Reading | StaffReading


class Reader:
    """One fresh connection that reads topics from their first event to their head."""

    def __init__(self, *, site: Site, get_ticket: Callable[[], Awaitable[str]], check: Check, tally: Tally) -> None:
        """`check` sees every frame first and answers whether it may be judged."""
        self.live = Live(site=site, get_ticket=get_ticket, hear=self._hear, tally=tally)
        self._check = check
        self._views: dict[str, tuple[View, Judge | None]] = {}

    async def read(self, *, topic: str, judge: Judge) -> None:
        """Read one topic to its head; raise TimeoutError when that does not come."""
        view = View(name=topic)
        head = await self._begin(view, judge)
        if view.last < head:
            async with asyncio.timeout(DELIVERY_S):
                await view.until(head)
        await self._end(view)
        judge.finish()

    async def get_position(self) -> int:
        """Answer how far the tenant is: the head of its desk."""
        view = View(name="desk", from_now=True)
        position = await self._begin(view, None)
        await self._end(view)
        return position

    async def _begin(self, view: View, judge: Judge | None) -> int:
        self._views[view.name] = (view, judge)
        await self.live.subscribe(view)
        async with asyncio.timeout(DELIVERY_S):
            return await view.get_head()

    async def _end(self, view: View) -> None:
        await self.live.unsubscribe(view)
        self._views.pop(view.name, None)

    def _hear(self, raw: str, frame: dict[str, Any]) -> None:
        allowed = self._check(raw, frame)
        view, judge = self._views.get(frame["topic"], (None, None))
        if allowed and view is not None and judge is not None:
            judge.take(see(frame=frame))
            view.reach(frame["seq"])


class Rereading:
    """Reads a whole book again."""

    def __init__(self, *, scene: Scene, done: Callable[[int], None]) -> None:
        """`done` is told how many talks were read on one side."""
        self._book, self._findings = scene.book, scene.findings
        self._web, self._tally = scene.web, scene.tally
        self._done = done
        self._sign_in = asyncio.Lock()  # hashing passwords takes much memory: one after the other

    async def read(self) -> None:
        """Read and judge everything."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def guarded(work: Awaitable[None]) -> None:
            async with slots:
                await work

        for talk in self._book.talks:
            if not talk.conversation:
                self._miss(talk)
        talks = [talk for talk in self._book.talks if talk.conversation]
        await asyncio.gather(*(self._read_company(company) for company in self._book.companies))
        await asyncio.gather(*(guarded(self._read_as_visitor(talk)) for talk in talks))

    def _miss(self, talk: Talk) -> None:
        for message in talk.messages:
            detail = f"dialogue {talk.name} never began"
            self._findings.add(kind="lost", key=message.id, detail=detail)

    async def _read_as_visitor(self, talk: Talk) -> None:
        headers = {"Authorization": f"Visitor {talk.token}"}

        async def get_ticket() -> str:
            path = "/api/v1/live-tickets"
            return str((await self._web.post(site=talk.company.site, path=path, body={}, headers=headers))["ticket"])

        def check(raw: str, frame: dict[str, Any]) -> bool:
            return check_visitors_frame(raw=raw, frame=frame, talk=talk, book=self._book, findings=self._findings)

        reader = Reader(site=talk.company.site, get_ticket=get_ticket, check=check, tally=self._tally)
        reader.live.resume = talk.resume
        judge = Reading(talk=talk, who="visitor, again", missing="lost", book=self._book, findings=self._findings)
        try:
            await reader.live.open()
            await self._read_topic(reader, talk.public, judge)
        finally:
            await reader.live.close()
        self._done(1)

    async def _read_company(self, company: Company) -> None:
        session = OwnerSession(web=self._web, company=company)
        async with self._sign_in:
            await session.begin()
        positions: set[int] = set()

        def check(raw: str, frame: dict[str, Any]) -> bool:
            check_agents_frame(raw=raw, company=company, book=self._book, findings=self._findings)
            positions.add(frame["position"])
            return True

        reader = Reader(site=company.site, get_ticket=session.get_ticket, check=check, tally=self._tally)
        try:
            await reader.live.open()
            position = await reader.get_position()
            for talk in self._book.of_company(company=company):
                await self._read_as_agent(reader, talk)
        finally:
            await reader.live.close()
        positions |= await session.get_presence_positions()
        for missing in set(range(1, position + 1)) - positions:
            detail = f"agent of {company.slug}, again: position {missing} is in no conversation"
            self._findings.add(kind="holes", key=(company.slug, missing), detail=detail)

    async def _read_as_agent(self, reader: Reader, talk: Talk) -> None:
        public = Reading(talk=talk, who="agent, again", missing="lost", book=self._book, findings=self._findings)
        staff = StaffReading(talk=talk, who="agent, again", missing="lost", book=self._book, findings=self._findings)
        await asyncio.gather(self._read_topic(reader, talk.public, public), self._read_topic(reader, talk.staff, staff))
        self._done(1)

    async def _read_topic(self, reader: Reader, topic: str, judge: Judge) -> None:
        try:
            await reader.read(topic=topic, judge=judge)
        except (Refused, Unexpected, TimeoutError) as error:
            why = str(error) or "it does not come to its head"
            self._findings.add(kind="unread", key=topic, detail=f"dialogue {judge.talk.name}, {topic}: {why}")
