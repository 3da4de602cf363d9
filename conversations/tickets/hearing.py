"""What is said in a conversation is heard by its tickets: a reply there keeps a promise, a question begins one.

Each message is heard as of when it was said, and in its order; of several in a row by the same side the first is heard.
What a rule says is no reply.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.engine.streams import subject_of
from conversations.threads.actors import SYSTEM, is_automatic
from conversations.threads.events import MessagePosted
from conversations.tickets.events import TicketHeard
from conversations.tickets.holding import Held
from conversations.tickets.models import TicketRow


def hear(*, events: Sequence[Recorded]) -> None:
    """Write for each ticket what was said in its conversations; where no ticket has any of them it is one question."""
    said = [each for each in events if each.kind == MessagePosted.kind and not is_automatic(client_id=each.client_id)]
    tickets = _find_tickets({subject_of(stream=event.stream) for event in said})
    if not tickets:
        return
    log.lock(subjects=sorted({ticket for found in tickets.values() for ticket in found}))  # all, before the head
    last: dict[UUID, str] = {}
    for event in said:
        conversation, author = subject_of(stream=event.stream), event.body["author"]
        if last.get(conversation) != author:
            last[conversation] = author
            _write(event, conversation, tickets.get(conversation, []))


def _write(event: Recorded, conversation: UUID, tickets: Sequence[UUID]) -> None:
    if not tickets:
        return
    held = Held(tickets=tickets, named=(), now=event.at)
    facts = [
        TicketHeard(ticket=ticket, conversation=conversation, seq=event.seq, author=event.body["author"])
        for ticket in tickets
        if conversation in held.tickets[ticket].conversations and not held.tickets[ticket].is_settled
    ]
    held.write(facts=facts, actor=SYSTEM, now=event.at)


def _find_tickets(conversations: set[UUID]) -> dict[UUID, list[UUID]]:
    """Answer the tickets that are not settled, of each of these conversations."""
    asked: list[UUID] = sorted(conversations)
    rows = TicketRow.objects.filter(conversations__overlap=asked, conversations__gt=[], settled_at__isnull=True)
    found: dict[UUID, list[UUID]] = {}
    for ticket, theirs in rows.order_by("id").values_list("id", "conversations"):
        for conversation in conversations.intersection(theirs):
            found.setdefault(conversation, []).append(ticket)
    return found


def _hear(events: Sequence[Recorded], _now: datetime, _due: bool) -> None:  # noqa: FBT001 # a reader's shape
    hear(events=events)


READER: Final = Reader(name="tickets.hearing", kinds=frozenset({MessagePosted.kind}), apply_page=_hear)
