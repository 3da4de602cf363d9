"""What happened to a ticket, in words: what was said as it was said, and a line for everything else."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext, gettext_noop

from conversations.console.tickets.words import CATEGORIES, PRIORITIES, PROMISES, UNITS
from conversations.engine.models import Event
from conversations.threads.actors import SYSTEM

_SAID: Final = {"ticket.commented.v1": "said", "ticket.noted.v1": "note"}
_LINES: Final[Mapping[str, str]] = {
    "ticket.opened.v1": gettext_noop("opened it"),
    "ticket.described.v1": gettext_noop("put it in other words"),
    "ticket.moved.v1": gettext_noop("moved it to: %(category)s"),
    "ticket.merged.v1": gettext_noop("merged it into another ticket"),
    "ticket.filled_in.v1": gettext_noop("filled in the form"),
    "ticket.prioritized.v1": gettext_noop("set the priority: %(priority)s"),
    "ticket.assigned.v1": gettext_noop("gave it to: %(owner)s"),
    "ticket.subordinated.v1": gettext_noop("put it under another ticket, or took it from there"),
    "ticket.linked.v1": gettext_noop("linked it with another ticket"),
    "ticket.unlinked.v1": gettext_noop("took a link to another ticket away"),
    "ticket.conversation_linked.v1": gettext_noop("added a conversation"),
    "ticket.conversation_unlinked.v1": gettext_noop("took a conversation away"),
    "ticket.watched.v1": gettext_noop("lets %(member)s watch it"),
    "ticket.unwatched.v1": gettext_noop("lets %(member)s watch it no more"),
    "ticket.item_written.v1": gettext_noop("wrote on the checklist: %(text)s"),
    "ticket.item_removed.v1": gettext_noop("took a point off the checklist"),
    "ticket.time_logged.v1": gettext_noop("noted %(amount)s %(unit)s"),
    "ticket.time_removed.v1": gettext_noop("took an entry of time back"),
    "ticket.absorbed.v1": gettext_noop("merged another ticket into it"),
    "ticket.escalated.v1": gettext_noop("escalated it: step %(step)s (%(level)s) of %(promise)s"),
    "ticket.acknowledged.v1": gettext_noop("has heard of the escalation"),
    "ticket.promise_broken.v1": gettext_noop("a promise is broken: %(promise)s"),
    "ticket.promise_kept.v1": gettext_noop("a promise is kept: %(promise)s"),
    "ticket.contact_erased.v1": gettext_noop("the customer was erased"),
}
_SILENT: Final = frozenset({"ticket.heard.v1"})  # what was said is in the conversation


def say_events(*, events: Iterable[Event], names: Mapping[UUID, str], personal: bool) -> list[dict[str, Any]]:
    """Answer what each event is to be shown as."""
    return [
        {
            "kind": _SAID.get(event.kind, "line"),
            "who": _who(event, names, personal=personal),
            "own": event.body.get("author") == "contact",
            "at": event.at,
            "text": _text(event, names, personal=personal),
        }
        for event in events
        if event.kind not in _SILENT
    ]


def _who(event: Event, names: Mapping[UUID, str], *, personal: bool) -> str:
    if event.body.get("author") == "contact" or event.body.get("by") == "contact":
        return str(event.body.get("name") or gettext("The customer")) if personal else gettext("The customer")
    if event.sender is None or event.sender == SYSTEM.id:
        return "Yunke"
    return names.get(event.sender) or str(event.body.get("name") or "—")


def _text(event: Event, names: Mapping[UUID, str], *, personal: bool) -> str:
    if event.kind in _SAID:
        return str(event.body["text"]) if personal else "—"
    words = _LINES.get(event.kind)
    return event.kind if words is None else gettext(words) % _Parts(event, names, personal=personal)


class _Parts(dict[str, str]):
    """The parts of a sentence, made when they are asked for."""

    def __init__(self, event: Event, names: Mapping[UUID, str], *, personal: bool) -> None:
        super().__init__()
        self._body, self._names, self._personal = event.body, names, personal

    def __missing__(self, part: str) -> str:
        value = self._body.get(part)
        match part:
            case "owner":
                return self._names.get(UUID(value), "—") if value else str(self._body.get("team") or gettext("nobody"))
            case "member":
                return self._names.get(UUID(str(value)), "—")
            case "text":
                return str(value) if self._personal else "—"
            case _:
                words: Mapping[str, str] = {**CATEGORIES, **PRIORITIES, **PROMISES, **UNITS}
                known = words.get(str(value)) if part in {"category", "priority", "promise", "unit"} else None
                return gettext(known) if known else str(value)
