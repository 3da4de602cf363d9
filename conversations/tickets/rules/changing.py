"""What a ticket is about, where it stands, who has it: opening one, and changing that."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import Priority, Side
from conversations.threads.rules import side_of
from conversations.tickets.approvals.rules import ApprovalIsMissing, use
from conversations.tickets.events import (
    SETTLED,
    TicketAcknowledged,
    TicketAssigned,
    TicketCommented,
    TicketConversationLinked,
    TicketDescribed,
    TicketFilledIn,
    TicketMoved,
    TicketNoted,
    TicketOpened,
    TicketPrioritized,
    TicketSubordinated,
    TicketWatched,
)
from conversations.tickets.kind.body import Status, TicketType
from conversations.tickets.kind.form import check_fields
from conversations.tickets.rules.asking import TicketIsClosed, TicketIsMerged, check_open
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import Invalid, Refusal, wrong


class ChildrenAreOpen(Refusal):
    """Tickets under this one are not settled yet; settle them first."""

    code = "children_open"
    status = 409


class ParentIsClosed(Refusal):
    """The ticket above this one is closed."""

    code = "parent_closed"
    status = 409


class NothingToAcknowledge(Refusal):
    """Nobody was told of this ticket, or somebody has said already that they heard."""

    code = "nothing_to_acknowledge"
    status = 409


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Words, and whether they are for colleagues alone, or what the contact has said elsewhere."""

    text: str
    among_staff: bool = False
    from_contact: bool = False


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be so from now on; unset: as it is. `name` is the owner's."""

    title: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    fields: dict[str, Any] | UnsetType = UNSET
    status: str | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    owner: UUID | UnsetType | None = UNSET
    name: str | None = None
    team: str | UnsetType | None = UNSET
    parent: UUID | UnsetType | None = UNSET


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Whether all tickets under one are settled, and the one above it: as it is now, and as it is wanted."""

    children_settled: bool = True
    parent: Ticket | None = None


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What a new ticket is, besides its number: of which type and version, whose, out of which conversations."""

    id: UUID
    type: str
    version: int
    body: TicketType
    contact: UUID | None = None
    conversations: tuple[UUID, ...] = ()
    watchers: tuple[UUID, ...] = ()


def open_ticket(*, begun: Begun, wanted: Wanted, family: Family, actor: Actor) -> tuple[TicketOpened, list[Fact]]:
    """Answer what opens a ticket, without its number, and what is said of it at once.

    Raises Invalid for a status or fields that are not the type's, ApprovalIsMissing, ParentIsClosed.
    """
    body, ticket = begun.body, begun.id
    status = body.beginning if isinstance(wanted.status, UnsetType) else _get_status(body, wanted.status)
    if not isinstance(status.demands, UnsetType):
        raise ApprovalIsMissing
    if family.parent is not None and not body.settles_before_children:
        _check_parent(family.parent)
    given = {} if isinstance(wanted.fields, UnsetType) else wanted.fields
    fields = check_fields(form=body.form, given=given, before={})
    opened = TicketOpened(
        ticket=ticket,
        prefix="",
        number=0,
        type=begun.type,
        version=begun.version,
        title=wanted.title or "",
        text=wanted.text or "",
        status=status.key,
        category=status.category,
        by=side_of(actor=actor),
        contact=begun.contact,
    )
    facts: list[Fact] = [TicketFilledIn(ticket=ticket, fields=fields)] if fields else []
    if wanted.priority and wanted.priority != "none":
        facts.append(TicketPrioritized(ticket=ticket, priority=wanted.priority))
    if wanted.owner or wanted.team:
        facts.append(
            TicketAssigned(ticket=ticket, owner=wanted.owner or None, name=wanted.name, team=wanted.team or None)
        )
    if wanted.parent:
        facts.append(TicketSubordinated(ticket=ticket, parent=wanted.parent))
    facts += [TicketConversationLinked(ticket=ticket, conversation=each) for each in begun.conversations]
    facts += [TicketWatched(ticket=ticket, member=each) for each in begun.watchers]
    return opened, facts


def change(*, ticket: Ticket, body: TicketType, wanted: Wanted, family: Family) -> list[Fact]:
    """Answer what changes; what is so already is nothing. Raises Invalid or a refusal, and then nothing changes."""
    check_open(ticket=ticket)
    filled = _fill_in(ticket, body, wanted)
    facts = [*_describe(ticket, wanted), *filled]
    if not isinstance(wanted.priority, UnsetType) and wanted.priority != ticket.priority:
        facts.append(TicketPrioritized(ticket=ticket.id, priority=wanted.priority))
    facts += _assign(ticket, wanted)
    if not isinstance(wanted.parent, UnsetType) and wanted.parent != ticket.parent:
        if family.parent is not None and not ticket.is_settled and not body.settles_before_children:
            _check_parent(family.parent)
        facts.append(TicketSubordinated(ticket=ticket.id, parent=wanted.parent))
    if not isinstance(wanted.status, UnsetType):
        asked = msgspec.structs.replace(ticket, approvals=()) if filled else ticket  # of other fields nobody approved
        facts += move(ticket=asked, body=body, to=wanted.status, family=family)
    return facts


def move(*, ticket: Ticket, body: TicketType, to: str, family: Family) -> list[Fact]:
    """Let it stand at another status; raise ApprovalIsMissing where that demands one.

    A ticket is settled after those under it, and not open under a closed one.
    """
    status = _get_status(body, to)
    if status.key == ticket.status:
        return []
    further = body.moves.get(ticket.status)
    if further is not None and to not in further:
        raise Invalid(
            errors=[wrong(field="status", detail=f"From {ticket.status} it goes on to {', '.join(further) or 'none'}.")]
        )
    settles = status.category in SETTLED
    if settles and not family.children_settled and not body.settles_before_children:
        raise ChildrenAreOpen
    if ticket.is_settled and not settles and family.parent is not None and not body.settles_before_children:
        _check_parent(family.parent)
    moved = TicketMoved(ticket=ticket.id, status=status.key, category=status.category, was=ticket.status)
    return [*use(ticket=ticket, status=status), moved]


def comment(*, ticket: Ticket, actor: Actor, said: Said) -> Fact:
    """Say something to the other side, or to colleagues alone."""
    check_open(ticket=ticket)
    if said.among_staff:
        return TicketNoted(ticket=ticket.id, name=actor.name, text=said.text)
    author: Side = "contact" if said.from_contact else side_of(actor=actor)
    return TicketCommented(ticket=ticket.id, author=author, name=actor.name, text=said.text)


def acknowledge(*, ticket: Ticket, actor: Actor, is_asked: bool) -> list[Fact]:
    """Say that one has heard of what a ticket was escalated for."""
    check_open(ticket=ticket)
    if not is_asked:
        raise NothingToAcknowledge
    return [TicketAcknowledged(ticket=ticket.id, name=actor.name)]


def check_ancestors(*, ticket: UUID, above: Mapping[UUID, UUID | None], parent: UUID) -> None:
    """Raise Invalid where a ticket would be a part of itself; `above` names the parents of all that are above."""
    seen: UUID | None = parent
    for _ in range(len(above) + 1):
        if seen == ticket:
            raise Invalid(errors=[wrong(field="parent", detail="A ticket is no part of itself.")])
        seen = above.get(seen) if seen is not None else None


def is_over(*, ticket: Ticket) -> bool:
    """Tell whether nothing more can be written in it."""
    try:
        check_open(ticket=ticket)
    except (TicketIsClosed, TicketIsMerged):
        return True
    return False


def _describe(ticket: Ticket, wanted: Wanted) -> list[Fact]:
    title = ticket.title if isinstance(wanted.title, UnsetType) else wanted.title
    text = ticket.text if isinstance(wanted.text, UnsetType) else wanted.text
    if (title, text) == (ticket.title, ticket.text):
        return []
    return [TicketDescribed(ticket=ticket.id, title=title, text=text)]


def _fill_in(ticket: Ticket, body: TicketType, wanted: Wanted) -> list[Fact]:
    if isinstance(wanted.fields, UnsetType):
        return []
    fields = check_fields(form=body.form, given=wanted.fields, before=ticket.fields)
    return [] if _is_same(fields, ticket.fields) else [TicketFilledIn(ticket=ticket.id, fields=fields)]


def _is_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    types = {key: type(value) for key, value in one.items()} == {key: type(value) for key, value in other.items()}
    return one == other and types  # True is no 1


def _assign(ticket: Ticket, wanted: Wanted) -> list[Fact]:
    if isinstance(wanted.owner, UnsetType) and isinstance(wanted.team, UnsetType):
        return []
    owner = ticket.owner if isinstance(wanted.owner, UnsetType) else wanted.owner
    team = ticket.team if isinstance(wanted.team, UnsetType) else wanted.team
    if (owner, team) == (ticket.owner, ticket.team):
        return []
    return [TicketAssigned(ticket=ticket.id, owner=owner, name=wanted.name, team=team)]


def _get_status(body: TicketType, key: str) -> Status:
    status = body.find_status(key)
    if status is None:
        raise Invalid(errors=[wrong(field="status", detail=f"One of {', '.join(each.key for each in body.statuses)}.")])
    return status


def _check_parent(parent: Ticket) -> None:
    if is_over(ticket=parent):
        raise ParentIsClosed
