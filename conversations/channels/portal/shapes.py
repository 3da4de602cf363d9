"""What goes over HTTP of a ticket to its customer: nothing that is said or planned among colleagues."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations.threads.words import TextBody
from conversations.tickets.customer.queries import Line, Seen
from conversations.tickets.events import Category, Promise
from tenants.bodies import Body
from tenants.describing import Answer

Title = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=8000)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]


class OwnTicketBody(Body, frozen=True):
    """What it is about; `type`: one that customers may open; `fields` are its form."""

    title: Title
    text: Words = ""
    type: Key = "general"
    fields: Annotated[dict[str, Any], Meta(max_length=100)] = msgspec.field(default_factory=dict)


class AddBody(TextBody, frozen=True):
    """Something said; the same `id` is the same thing again."""


class OwnTicketBrief(Answer, frozen=True):
    """A ticket in a list. `number` is what people call it."""

    id: UUID
    number: str
    title: str
    status: str
    category: Category
    opened_at: datetime
    changed_at: datetime


class OwnFile(Answer, frozen=True):
    """A file that was added; `url` gives it for a quarter of an hour."""

    id: UUID
    name: str
    media: str
    size: int
    url: str


class OwnLine(Answer, frozen=True):
    """Something that was said, by its customer (`own`) or by the company; `name` is a colleague's, if it may be shown.

    `escalates`: its customer wanted somebody else to look at it then.
    """

    at: datetime
    own: bool
    name: str
    text: str
    escalates: bool
    file: OwnFile | None


class OwnTicket(Answer, frozen=True):
    """Where a matter stands: which `team` has it, what its customer waits for and until when, what they are `asked`."""

    id: UUID
    number: str
    title: str
    text: str
    status: str
    category: Category
    team: str
    is_taken: bool
    waits_for: Promise | None
    until: datetime | None
    asked: str
    may_answer: bool
    may_confirm: bool
    may_reopen: bool
    may_escalate: bool
    opened_at: datetime
    lines: list[OwnLine]


def show_own(*, ticket: UUID, seen: Seen, address: str) -> dict[str, Any]:
    """Answer a ticket as its customer sees it; `address` is that of the company."""
    solved = seen.category == "solved" and not seen.is_over
    own = OwnTicket(
        id=ticket,
        number=seen.number,
        title=seen.title,
        text=seen.text,
        status=seen.status,
        category=seen.category,
        team=seen.team,
        is_taken=seen.is_taken,
        waits_for=seen.waits_for,
        until=seen.until,
        asked=seen.asked,
        may_answer=not seen.is_over and not seen.is_too_late,
        may_confirm=solved,
        may_reopen=solved and not seen.is_too_late,
        may_escalate=seen.may_escalate,
        opened_at=seen.opened_at,
        lines=[_line(ticket, line, address) for line in seen.lines],
    )
    shown: dict[str, Any] = msgspec.to_builtins(own)
    return shown


def _line(ticket: UUID, line: Line, address: str) -> OwnLine:
    file = None
    if line.file is not None:
        file = OwnFile(
            id=line.file.id,
            name=line.file.name,
            media=line.file.media,
            size=line.file.size,
            url=line.file.url(ticket=ticket, address=address),
        )
    return OwnLine(at=line.at, own=line.is_own, name=line.name, text=line.text, escalates=line.escalates, file=file)
