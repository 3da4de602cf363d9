"""Leaks over sockets: tickets, topics, feeds, whispers, frames, the bus, the writer, the log of the process."""

import logging
from typing import Any, Final

import msgspec
from django.core import signing

from conversations.live import tickets
from conversations.live.topics import Rendered
from conversations.presence.events import PresenceChanged
from tests.architecture.probe.interleave.storm import check_storm
from tests.architecture.probe.live.checks import check_sockets
from tests.architecture.probe.power.seeding import Check, Place, Seeded, instead


def _sockets(only: str) -> Check:
    return Check(f"sockets: {only}", lambda place: check_sockets(place.ours, place.theirs, place.port, only=only))


def _any(salt: str) -> Any:
    def make(_: Any, __: Place) -> Any:
        return lambda **said: _read(said["text"], salt)

    return make


def _read(text: str, salt: str) -> tickets.Pass:
    try:
        return msgspec.convert(signing.loads(text, salt=salt), tickets.Pass)
    except signing.BadSignature as error:
        raise tickets.NotSignedIn from error


async def _unused(*_: object) -> None:
    """Use nothing up."""


def _to_all_feeds(written: Any, _: Place) -> Any:
    def tell(self: Any, schema: str, events: Any) -> None:
        written(self, schema, events)
        for feed in self.feeds._feeds.values():
            for subscription in feed._wide if feed.tenant.schema != schema else ():
                subscription.receiver.push(Rendered(events[-1]).for_desk())

    return tell


def _to_all_desks(whisper: Any, _: Place) -> Any:
    def tell(self: Any, *, session: Any, subject: Any, sign: Any) -> None:
        whisper(self, session=session, subject=subject, sign=sign)
        for feed in self.feeds._feeds.values():
            for subscription in feed._wide:
                subscription.receiver.push(sign.text())

    return tell


def _to_all_colleagues(dispatch: Any, _: Place) -> Any:
    feeds: list[Any] = []

    def tell(self: Any, events: Any) -> None:
        feeds.append(self)
        dispatch(self, events)
        changes = [event for event in events if event.kind == PresenceChanged.kind]
        for feed in {id(each): each for each in feeds if each is not self}.values():
            for subscription in feed._colleagues if changes else ():
                subscription.receiver.push(Rendered(changes[-1]).for_presence())

    return tell


def _rendered_once(_: Any, __: Place) -> Any:
    def text(self: Any, view: str, make: Any) -> str:
        return str(self._texts.setdefault("", make().text()))

    return text


def _under_another_name(whisper: Any, place: Place) -> Any:
    return lambda **said: whisper(**{**said, "schema": place.theirs.tenant.schema})


def _projected_elsewhere(statement: Any, place: Place) -> Any:
    def made(text: str, schema: str, params: dict[str, Any]) -> Any:
        there = place.theirs.tenant.schema if "news AS" in text or "step_0 AS" in text else schema
        return statement(text, there, params)

    return made


def _logged(take: Any, _: Place) -> Any:
    async def log_it(self: Any, *, text: str) -> None:
        logging.getLogger("conversations.live").warning("took %s", text)
        await take(self, text=text)

    return log_it


LEAKS: Final = (
    Seeded(
        "tickets are good on every host",
        instead("conversations.live.gate.read_ticket", _any(tickets._TICKET)),
        _sockets("tickets"),
        kinds=frozenset({"live ticket"}),
    ),
    Seeded(
        "resume tokens are good on every host",
        instead("conversations.live.gate.read_resume", _any(tickets._RESUME)),
        _sockets("tickets"),
        kinds=frozenset({"resume token"}),
    ),
    Seeded(
        "tickets are good for ever",
        instead("conversations.live.gate.Gate._use", lambda _, __: _unused),
        _sockets("tickets"),
    ),
    Seeded(
        "whose conversation it is is not asked",
        instead("conversations.live.session.rules.check_view", lambda _, __: lambda **___: None),
        _sockets("topics"),
    ),
    Seeded(
        "events go to every company's feed",
        instead("conversations.live.server.LiveServer.written", _to_all_feeds),
        _sockets("hearing"),
    ),
    Seeded(
        "whispers go to every company's desk",
        instead("conversations.live.server.LiveServer.whisper", _to_all_desks),
        _sockets("hearing"),
    ),
    Seeded(
        "states go to every company's colleagues",
        instead("conversations.live.feeds.Feed._dispatch", _to_all_colleagues),
        _sockets("hearing"),
    ),
    Seeded(
        "frames are rendered once for all",
        instead("conversations.live.topics.Rendered._text", _rendered_once),
        _sockets("hearing"),
    ),
    Seeded(
        "the bus says another company's name",
        instead("conversations.live.server.Whisper", _under_another_name),
        _sockets("hearing"),
    ),
    Seeded("what is said is logged", instead("conversations.live.session.Session.take", _logged), _sockets("hearing")),
    Seeded(
        "what is projected goes elsewhere",
        instead("conversations.engine.saying._statement", _projected_elsewhere),
        Check("storm", lambda place: check_storm(place.ours, place.theirs, place.port)),
        spoils=True,
    ),
)
