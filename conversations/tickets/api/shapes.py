"""What goes over HTTP about tickets. Titles, texts and names are null for keys without leave to see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.threads.events import Priority, Side
from conversations.threads.words import Assignee, TextBody
from conversations.tickets.approvals.shapes import ApprovalShown, show_approval
from conversations.tickets.events import Category, How, Promise, Unit
from conversations.tickets.kind.body import TicketType
from conversations.tickets.kind.form import show_fields
from conversations.tickets.models import TicketRow
from conversations.tickets.projections import as_ticket
from conversations.tickets.promises.queries import Standing
from conversations.tickets.rules.working import sum_up
from tenants.bodies import Body
from tenants.describing import Answer
from tenants.paging import PageQuery

Title = Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
Words = Annotated[str, Meta(max_length=8000)]
Line = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
Fields = Annotated[dict[str, Any], Meta(max_length=100)]
Approver = Annotated[str, Meta(pattern=r"^(me|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\s\S])")]
Amount = Annotated[float, Meta(gt=0, le=1_000_000)]


class OpenBody(Body, frozen=True):
    """A new ticket, perhaps out of a conversation; `fields` are the form of its type."""

    title: Title
    text: Words = ""
    type: Key = "general"
    fields: Fields = msgspec.field(default_factory=dict)
    status: Key | UnsetType = UNSET
    priority: Priority = "none"
    owner: UUID | None = None
    team: Key | None = None
    parent: UUID | None = None
    contact: UUID | None = None
    conversation: UUID | None = None


class ChangeBody(Body, frozen=True):
    """What is to be so from now on. What is not named stays; of `fields`, too, and null takes one away."""

    title: Title | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    fields: Fields | UnsetType = UNSET
    status: Key | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    owner: UUID | UnsetType | None = UNSET
    team: Key | UnsetType | None = UNSET
    parent: UUID | UnsetType | None = UNSET


class LinkBody(Body, frozen=True):
    """The other ticket, and what it is to this one."""

    to: UUID
    how: How = "relates_to"


class MergeBody(Body, frozen=True):
    """In which ticket to go on."""

    into: UUID


class ItemBody(Body, frozen=True):
    """A point of the checklist."""

    text: Line


class ItemChange(Body, frozen=True):
    """Whether a point is done, or in what words it is said."""

    text: Line | UnsetType = UNSET
    done: bool | UnsetType = UNSET


class TimeBody(Body, frozen=True):
    """So many of a unit, and what for."""

    amount: Amount
    unit: Unit = "minute"
    text: Annotated[str, Meta(max_length=500)] = ""


class TicketsQuery(PageQuery, frozen=True):
    """Which tickets. `owner` is a member's id, `me` or `none`; `settled`: whether they are solved or closed.

    `approver`: a member's id or `me`, who is asked for an approval now. `q` are words of the number, the title, the
    text or the fields, or how they begin. `fields` is JSON, such as {"order": "4711"}: all of these values.
    """

    category: Category | UnsetType = UNSET
    status: Key | UnsetType = UNSET
    type: Key | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    owner: Assignee | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    contact: UUID | UnsetType = UNSET
    conversation: UUID | UnsetType = UNSET
    parent: UUID | UnsetType = UNSET
    settled: bool | UnsetType = UNSET
    approver: Approver | UnsetType = UNSET
    q: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    fields: Annotated[str, Meta(min_length=2, max_length=4000)] | UnsetType = UNSET
    order: Literal["changed_at", "-changed_at"] = "-changed_at"


class SayBody(TextBody, frozen=True):
    """What is said to the ticket's customer, among colleagues alone, or what the customer has said elsewhere.

    The same `id` is the same thing again.
    """

    among_staff: bool = False
    from_contact: bool = False


class LinkShown(Answer, frozen=True):
    """Another ticket, and what it is to this one."""

    ticket: UUID
    how: How


class ItemShown(Answer, frozen=True):
    """A point of the checklist."""

    id: UUID
    text: str | None
    done: bool


class EntryShown(Answer, frozen=True):
    """Time that went into a ticket."""

    id: UUID
    amount: float
    unit: Unit
    text: str | None
    member: UUID | None


class PromiseShown(Answer, frozen=True):
    """A promise that runs, by which policy, since when, and until when; null while it stands still.

    `steps` of its ladder were taken, and perhaps `acknowledged` by somebody who was told.
    """

    promise: Promise
    policy: str
    start: datetime
    due_at: datetime | None
    broken: bool
    steps: int
    acknowledged: bool


class TicketShown(Answer, frozen=True):
    """A ticket. `number` is what people call it; `open_children` counts the tickets under it that are not settled.

    `spent` sums up the time that went into it, by unit. At `next_due_at` a promise is broken, a step of a ladder is
    taken, or the time for an approval runs out.
    """

    id: UUID
    number: str
    type: str
    title: str | None
    text: str | None
    fields: dict[str, Any]
    status: str
    category: Category
    priority: Priority
    contact: UUID | None
    owner: UUID | None
    team: str | None
    parent: UUID | None
    open_children: int
    merged_into: UUID | None
    watchers: list[UUID]
    conversations: list[UUID]
    links: list[LinkShown]
    checklist: list[ItemShown]
    approvals: list[ApprovalShown]
    spent: dict[str, float]
    promises: list[PromiseShown]
    next_due_at: datetime | None
    opened_at: datetime
    changed_at: datetime
    settled_at: datetime | None


class CustomerLink(Answer, frozen=True):
    """Where a ticket's customer sees it."""

    url: str


class TicketFileShown(Answer, frozen=True):
    """A file that was added to a ticket; `url` gives it for a quarter of an hour."""

    id: UUID
    name: str | None
    media: str
    size: int
    author: Side
    sender: UUID | None
    at: datetime
    url: str | None


class SaidShown(Answer, frozen=True):
    """Something said in a ticket. `id` is its sender's own; what is said `among_staff` its customer never sees."""

    id: str | None
    position: int
    at: datetime
    among_staff: bool
    author: Side
    sender: UUID | None
    name: str | None
    text: str | None


def show_ticket(
    *, row: TicketRow, body: TicketType, open_children: int, promises: Iterable[Standing], personal: bool
) -> TicketShown:
    """Answer a ticket as it is shown; `body` is its type."""
    ticket = as_ticket(row=row)
    links: Sequence[Mapping[str, Any]] = msgspec.to_builtins(ticket.links)
    return TicketShown(
        id=ticket.id,
        number=ticket.called,
        type=ticket.type,
        title=ticket.title if personal else None,
        text=ticket.text if personal else None,
        fields=show_fields(kept=ticket.fields, form=body.form, personal=personal),
        status=ticket.status,
        category=ticket.category,
        priority=ticket.priority,
        contact=ticket.contact,
        owner=ticket.owner,
        team=ticket.team,
        parent=ticket.parent,
        open_children=open_children,
        merged_into=ticket.merged_into,
        watchers=list(ticket.watchers),
        conversations=list(ticket.conversations),
        links=[LinkShown(**each) for each in links],
        checklist=[
            ItemShown(id=each.id, text=each.text if personal else None, done=each.done) for each in ticket.checklist
        ],
        approvals=[show_approval(approval=each, personal=personal) for each in ticket.approvals],
        promises=[_promise(each) for each in promises],
        next_due_at=row.due_at,
        spent={str(unit): amount for unit, amount in sum_up(ticket=ticket).items()},
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        settled_at=ticket.settled_at,
    )


def _promise(standing: Standing) -> PromiseShown:
    return PromiseShown(
        promise=standing.clock.promise,
        policy=standing.policy,
        start=standing.clock.start,
        due_at=standing.due_at,
        broken=standing.clock.broken,
        steps=len(standing.clock.reached),
        acknowledged=standing.clock.acknowledged_at is not None,
    )


def shown(said: msgspec.Struct) -> Any:
    """Answer an answer as plain data."""
    return msgspec.to_builtins(said)
