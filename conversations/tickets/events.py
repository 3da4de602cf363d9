"""What can happen to a ticket. Each fact names its `ticket`; a name said in it is the name as it was shown then.

What its customer may see is public: what it is about, where it stands, and what was said to them.
"""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from conversations.engine.events import Audience, Fact, fact
from conversations.threads.events import Priority, Side

VIEW: Final = "tickets.view"

Category = Literal["new", "open", "pending", "on_hold", "solved", "closed"]
SETTLED: Final[frozenset[Category]] = frozenset({"solved", "closed"})  # nothing is left to do
How = Literal["relates_to", "duplicates", "duplicated_by", "blocks", "blocked_by"]
Promise = Literal["first_reply", "next_reply", "update", "resolution"]
Unit = Literal["minute", "hour", "day", "piece"]


@fact(kind="ticket.opened.v1", audience=Audience.PUBLIC, personal=("title", "text"), permission=VIEW)
class TicketOpened(Fact, frozen=True):
    """Somebody (`by` which side) opened a ticket of a `type` (its key and version; 0: the one that is built in).

    People call it `{prefix}-{number}`.
    """

    ticket: UUID
    prefix: str
    number: int
    type: str
    version: int
    title: str
    text: str
    status: str
    category: Category
    by: Side
    contact: UUID | None = None


@fact(kind="ticket.described.v1", audience=Audience.PUBLIC, personal=("title", "text"), permission=VIEW)
class TicketDescribed(Fact, frozen=True):
    """What it is about is said in other words."""

    ticket: UUID
    title: str
    text: str


@fact(kind="ticket.moved.v1", audience=Audience.PUBLIC, permission=VIEW)
class TicketMoved(Fact, frozen=True):
    """It stands at another status, of a category; it was at `was` before."""

    ticket: UUID
    status: str
    category: Category
    was: str


@fact(kind="ticket.commented.v1", audience=Audience.PUBLIC, personal=("name", "text"), permission=VIEW)
class TicketCommented(Fact, frozen=True):
    """Somebody said something to the other side."""

    ticket: UUID
    author: Side
    name: str
    text: str


@fact(kind="ticket.file_added.v1", audience=Audience.PUBLIC, personal=("by", "name"), permission=VIEW)
class TicketFileAdded(Fact, frozen=True):
    """Somebody, called `by`, added a file for the other side: what it is called and is, and how many bytes it has."""

    ticket: UUID
    file: UUID
    author: Side
    by: str
    name: str
    media: str
    size: int


@fact(kind="ticket.customer_escalated.v1", audience=Audience.PUBLIC, permission=VIEW)
class TicketCustomerEscalated(Fact, frozen=True):
    """Its customer wants somebody else to look at it: the next step of a ladder is taken at once."""

    ticket: UUID


@fact(kind="ticket.merged.v1", audience=Audience.PUBLIC, permission=VIEW)
class TicketMerged(Fact, frozen=True):
    """All that is left to do is done in the ticket `into`; nothing more is written here."""

    ticket: UUID
    into: UUID


@fact(kind="ticket.noted.v1", audience=Audience.STAFF, personal=("name", "text"), permission=VIEW, among_staff=True)
class TicketNoted(Fact, frozen=True):
    """A member left a word for colleagues."""

    ticket: UUID
    name: str
    text: str


@fact(kind="ticket.filled_in.v1", audience=Audience.STAFF, personal=("fields",), permission=VIEW, among_staff=True)
class TicketFilledIn(Fact, frozen=True):
    """The form's fields are these from now on, by their keys."""

    ticket: UUID
    fields: dict[str, str | float | bool | list[str]]


@fact(kind="ticket.prioritized.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketPrioritized(Fact, frozen=True):
    """How urgent the company takes it to be from now on."""

    ticket: UUID
    priority: Priority


@fact(kind="ticket.assigned.v1", audience=Audience.STAFF, personal=("name",), permission=VIEW, among_staff=True)
class TicketAssigned(Fact, frozen=True):
    """`owner` (a person) and `team` (its key) see to it from now on; None: nobody does."""

    ticket: UUID
    owner: UUID | None
    name: str | None
    team: str | None


@fact(kind="ticket.subordinated.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketSubordinated(Fact, frozen=True):
    """It is a part of the ticket `parent` from now on; None: of none."""

    ticket: UUID
    parent: UUID | None


@fact(kind="ticket.linked.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketLinked(Fact, frozen=True):
    """It has to do with the ticket `other`, whose log says the same from its own side."""

    ticket: UUID
    other: UUID
    how: How


@fact(kind="ticket.unlinked.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketUnlinked(Fact, frozen=True):
    """It has nothing to do with the ticket `other` any more."""

    ticket: UUID
    other: UUID


@fact(kind="ticket.conversation_linked.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketConversationLinked(Fact, frozen=True):
    """What is said in this conversation belongs to it, too."""

    ticket: UUID
    conversation: UUID


@fact(kind="ticket.conversation_unlinked.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketConversationUnlinked(Fact, frozen=True):
    """The conversation does not belong to it any more."""

    ticket: UUID
    conversation: UUID


@fact(kind="ticket.heard.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketHeard(Fact, frozen=True):
    """Something was said in a conversation of it, at `seq` there: its promises of replies go by that, too."""

    ticket: UUID
    conversation: UUID
    seq: int
    author: Side


@fact(kind="ticket.watched.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketWatched(Fact, frozen=True):
    """`member` wants to hear of it from now on."""

    ticket: UUID
    member: UUID


@fact(kind="ticket.unwatched.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketUnwatched(Fact, frozen=True):
    """`member` does not want to hear of it any more."""

    ticket: UUID
    member: UUID


@fact(kind="ticket.item_written.v1", audience=Audience.STAFF, personal=("text",), permission=VIEW, among_staff=True)
class TicketItemWritten(Fact, frozen=True):
    """A point of the checklist, new or changed: what it says, and whether it is done."""

    ticket: UUID
    item: UUID
    text: str
    done: bool


@fact(kind="ticket.item_removed.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketItemRemoved(Fact, frozen=True):
    """A point is on the checklist no more."""

    ticket: UUID
    item: UUID


@fact(kind="ticket.time_logged.v1", audience=Audience.STAFF, personal=("text",), permission=VIEW, among_staff=True)
class TicketTimeLogged(Fact, frozen=True):
    """So many of a unit went into it: of `member`'s time, if that is said."""

    ticket: UUID
    entry: UUID
    amount: float
    unit: Unit
    text: str
    member: UUID | None = None


@fact(kind="ticket.time_removed.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketTimeRemoved(Fact, frozen=True):
    """An entry of time was a mistake."""

    ticket: UUID
    entry: UUID


@fact(kind="ticket.absorbed.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketAbsorbed(Fact, frozen=True):
    """What belonged to the ticket `was` belongs here now: conversations, and who watches."""

    ticket: UUID
    was: UUID
    conversations: tuple[UUID, ...]
    watchers: tuple[UUID, ...]


@fact(kind="ticket.escalated.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketEscalated(Fact, frozen=True):
    """A step of the ladder of a promise was taken: its `level`, the `step`th of the promise that began at `start`.

    `told` are the members who hear of it. It was due at `due_at`, whenever that was written. What it made of the ticket
    follows as facts of their own.
    """

    ticket: UUID
    promise: Promise
    policy: str
    version: int
    level: str
    step: int
    start: datetime
    due_at: datetime
    told: tuple[UUID, ...]


@fact(kind="ticket.attention_asked.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketAttentionAsked(Fact, frozen=True):
    """Its customer has escalated it the `nth` time; `told` are the members whom its type tells of that."""

    ticket: UUID
    nth: int
    told: tuple[UUID, ...]


@fact(kind="ticket.acknowledged.v1", audience=Audience.STAFF, personal=("name",), permission=VIEW, among_staff=True)
class TicketAcknowledged(Fact, frozen=True):
    """Somebody has heard of what it was escalated for."""

    ticket: UUID
    name: str


@fact(kind="ticket.promise_broken.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketPromiseBroken(Fact, frozen=True):
    """What was promised was not done by `due_at`. The promise began at `start`."""

    ticket: UUID
    promise: Promise
    policy: str
    version: int
    start: datetime
    due_at: datetime


@fact(kind="ticket.promise_kept.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketPromiseKept(Fact, frozen=True):
    """What was promised was done, in `took_s` seconds of the time that counts; `late`: after the promise was broken."""

    ticket: UUID
    promise: Promise
    policy: str
    version: int
    start: datetime
    took_s: float
    late: bool


@fact(kind="ticket.contact_erased.v1", audience=Audience.PUBLIC, permission=VIEW)
class TicketContactErased(Fact, frozen=True):
    """Everything personal of its customer is gone: titles, texts and fields before this are empty now."""

    ticket: UUID
    contact: UUID


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Another ticket, and what it is to this one."""

    ticket: UUID
    how: How


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a checklist."""

    id: UUID
    text: str
    done: bool


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Time that went into it."""

    id: UUID
    amount: float
    unit: Unit
    text: str
    member: UUID | None
