"""Erasing a contact reaches their tickets: what they were about is gone, and that there was work to do is not.

Called in the erasure's own transaction, which holds the contacts, before anything is appended. Files are gone at once:
where the rest is not committed, it is asked for again.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from conversations.engine import log
from conversations.engine.models import Event
from conversations.files import keeping
from conversations.threads.actors import Actor
from conversations.tickets.events import TicketContactErased
from conversations.tickets.holding import Held
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.ticket import erased


def erase_tickets_of(contacts: Sequence[UUID], actor: Actor, now: datetime) -> list[UUID]:
    """Erase what is personal in the tickets of these contacts, who are one person; answer the tickets.

    Each is told so, and told again only where something was written in it since.
    """
    found = TicketRow.objects.filter(contact__in=contacts).order_by("id").values_list("id", flat=True)
    held = Held(tickets=list(found), named=(), now=now)
    for ticket in held.rows:
        log.erase(subject=ticket)
        keeping.drop_all(subject=ticket)
    told = Event.objects.filter(stream__in=list(held.rows), kind=TicketContactErased.kind)
    known = set(told.values_list("stream", flat=True))
    facts = [
        TicketContactErased(ticket=ticket, contact=contacts[0])
        for ticket, state in sorted(held.tickets.items())
        if ticket not in known or erased(ticket=state) != state
    ]
    held.write(facts=facts, actor=actor, now=now)
    return sorted(held.rows)
