"""A visitor of a company's web site, from opening the widget to leaving."""

from typing import Any

from config.embedded.replay.book import Talk
from config.embedded.replay.live import Live
from config.embedded.replay.readings import Reading
from config.embedded.replay.scene import Scene
from config.embedded.replay.seats import Seat, check_visitors_frame


class Visitor:
    """Plays the customer of one talk."""

    def __init__(self, *, talk: Talk, scene: Scene) -> None:
        """Be nowhere yet."""
        self._talk = talk
        self._scene = scene
        self._web = scene.web
        site = talk.company.site
        self._live = Live(site=site, get_ticket=self._get_ticket, hear=self._hear, tally=scene.tally)
        self.seat: Seat

    async def arrive(self) -> None:
        """Open the widget, start the conversation, listen to it."""
        talk = self._talk
        site = talk.company.site
        came = await self._web.post(site=site, path="/api/v1/visitors", body={"inbox": talk.company.inbox})
        talk.token, talk.contact = came["token"], came["contact"]["id"]
        begun = await self._web.post(site=site, path="/api/v1/visitors/conversation", body={}, headers=self._headers())
        self._scene.book.enter(talk=talk, conversation=begun["id"])
        book, findings = self._scene.book, self._scene.findings
        reading = Reading(talk=talk, who="visitor", missing="undelivered", book=book, findings=findings)
        self.seat = Seat(live=self._live, talk=talk, reading=reading)
        await self._live.open()
        await self.seat.subscribe()

    async def leave(self) -> None:
        """Close the page; the token for coming back is kept."""
        self._talk.resume = self._live.resume
        await self._live.close()

    def _hear(self, raw: str, frame: dict[str, Any]) -> None:
        book, findings = self._scene.book, self._scene.findings
        if check_visitors_frame(raw=raw, frame=frame, talk=self._talk, book=book, findings=findings):
            self.seat.hear(frame)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Visitor {self._talk.token}"}

    async def _get_ticket(self) -> str:
        site = self._talk.company.site
        said = await self._web.post(site=site, path="/api/v1/live-tickets", body={}, headers=self._headers())
        return str(said["ticket"])
