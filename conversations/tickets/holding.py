"""Tickets held by a command: nobody else writes about them until COMMIT, and what is decided is decided on what is so.

Locks are taken in this order: contacts, the tree of tickets, all streams at once, the company's head.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from conversations.engine import log
from conversations.engine.events import Draft, Fact, Recorded
from conversations.threads.actors import Actor
from conversations.tickets import projections
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.asking import TicketChanged, check_handle
from conversations.tickets.rules.changing import Family
from conversations.tickets.rules.ticket import Ticket
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.refusals import NotFound


class Held:
    """Tickets whose streams this transaction holds."""

    def __init__(self, *, tickets: Collection[UUID], named: Collection[UUID]) -> None:
        """Hold all of them; raise NotFound where one of `named` is not there."""
        log.lock(subjects=list(tickets))
        self.rows = {row.id: row for row in TicketRow.objects.filter(id__in=tickets)}
        if not self.rows.keys() >= set(named):
            raise NotFound
        self.tickets = {id_: projections.as_ticket(row=row) for id_, row in self.rows.items()}

    def write(
        self, *, facts: Iterable[Fact], actor: Actor, now: datetime, client_id: str | None = None
    ) -> list[Recorded]:
        """Append facts, each to the log of the ticket that it names, and fold them into the rows."""
        drafts = [draft(fact=fact, sender=actor.id, client_id=client_id) for fact in facts]
        recorded = log.append(drafts=drafts, at=now)
        self.tickets = projections.fold(rows=self.rows, events=recorded)
        return recorded


Decide = Callable[[Held], Sequence[Fact]]


def draft(*, fact: Fact, sender: UUID | None, client_id: str | None = None) -> Draft:
    """Answer a fact on its way to the log of the ticket that it names."""
    ticket: UUID = fact.ticket  # type: ignore[attr-defined] # every fact of tickets names its own
    return Draft(subject=ticket, fact=fact, sender=sender, client_id=client_id)


def change(
    *, tickets: Sequence[UUID], actor: Actor, now: datetime, decide: Decide, client_id: str | None = None
) -> list[Recorded]:
    """Hold these tickets, let happen what `decide` answers, in one transaction. Raises NotFound and what it refuses."""
    check_handle(actor=actor)
    with transaction.atomic():
        held = hold(tickets=tickets)
        return held.write(facts=decide(held), actor=actor, now=now, client_id=client_id)


def hold(*, tickets: Sequence[UUID]) -> Held:
    """Hold these tickets and those directly above them; raise NotFound, or TicketChanged if one moved meanwhile.

    A ticket under another one and that one are settled and opened one after the other.
    """
    above = _find_parents(tickets)
    held = Held(tickets={*tickets, *above}, named=tickets)
    if not {held.tickets[ticket].parent for ticket in tickets} - {None} <= set(held.tickets):
        raise TicketChanged
    return held


def hold_tree() -> None:
    """Let nobody else say which ticket is above which, until COMMIT: none gets to be a part of itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"tickets:{current_tenant().schema}")])


def family_of(*, held: Held, ticket: Ticket, parent: UUID | None) -> Family:
    """Answer how it is with those under a ticket, and with the one that is above it, or shall be."""
    open_children = TicketRow.objects.filter(parent=ticket.id, settled_at__isnull=True)
    above = None if parent is None else held.tickets.get(parent)
    return Family(children_settled=not open_children.exists(), parent=above)


def _find_parents(tickets: Sequence[UUID]) -> set[UUID]:
    rows = TicketRow.objects.filter(id__in=tickets, parent__isnull=False)
    return {parent for parent in rows.values_list("parent", flat=True) if parent is not None}
