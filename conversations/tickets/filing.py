"""Files of tickets: adding one, and finding those that were added. A file is told of on what its customer may see."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from conversations.engine.events import Fact, Recorded
from conversations.engine.models import Event
from conversations.files import keeping
from conversations.files.rules import clean_name, sort_of
from conversations.threads.actors import Actor
from conversations.threads.rules import side_of
from conversations.tickets.events import TicketFileAdded
from conversations.tickets.holding import Held, change
from conversations.tickets.rules.asking import TicketIsFull, check_open
from tenants.refusals import NotFound

MOST: Final = 50
Write = Callable[[TicketFileAdded], Recorded]


def add_file(*, ticket: UUID, actor: Actor, name: str, data: bytes, client_id: str, now: datetime) -> Recorded:
    """Add a file for the other side to see; the same client id again answers the first one.

    Raises NotFound, FileTooLarge, FileNotTaken, TicketIsFull and what closed tickets refuse.
    """

    def write(added: TicketFileAdded) -> Recorded:
        def decide(held: Held) -> Sequence[Fact]:
            check_open(ticket=held.tickets[ticket])
            check_room(ticket=ticket, file=added.file)
            return [added]

        return change(tickets=[ticket], actor=actor, now=now, decide=decide, client_id=client_id)[0]

    return put(ticket=ticket, actor=actor, name=name, data=data, client_id=client_id, write=write)


def put(*, ticket: UUID, actor: Actor, name: str, data: bytes, client_id: str, write: Write) -> Recorded:
    """Keep a file and `write` that it was added; where that is refused, nothing is kept."""
    sort = sort_of(data=data)
    file = uuid5(ticket, f"{actor.id}/{client_id}")  # said again it is the same one
    added = TicketFileAdded(
        ticket=ticket,
        file=file,
        author=side_of(actor=actor),
        by=actor.name,
        name=clean_name(name=name, sort=sort),
        media=sort.media,
        size=len(data),
    )
    keeping.put(subject=ticket, file=file, data=data)
    try:
        return write(added)
    except Exception:
        if find_file(ticket=ticket, file=file) is None:
            keeping.drop(subject=ticket, file=file)
        raise


def check_room(*, ticket: UUID, file: UUID) -> None:
    """Raise TicketIsFull where no further file goes in; whoever asks holds the ticket."""
    if find_file(ticket=ticket, file=file) is not None:
        return
    if Event.objects.filter(stream=ticket, kind=TicketFileAdded.kind).count() >= MOST:
        raise TicketIsFull


def get_files(*, ticket: UUID) -> list[Event]:
    """Answer how the files of a ticket were added, the first one first."""
    return list(Event.objects.filter(stream=ticket, kind=TicketFileAdded.kind).order_by("seq"))


def find_file(*, ticket: UUID, file: UUID) -> Event | None:
    """Answer how a file was added."""
    return Event.objects.filter(stream=ticket, kind=TicketFileAdded.kind, body__file=str(file)).first()


def get_file(*, ticket: UUID, file: UUID) -> Event:
    """Answer how a file was added; raise NotFound."""
    found = find_file(ticket=ticket, file=file)
    if found is None:
        raise NotFound
    return found
