"""Tickets held by a command: nobody else writes about them until COMMIT, and what is decided is decided on what is so.

Locks are taken in this order: contacts, the tree of tickets, all streams at once, the company's head.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from conversations.engine import log, timers
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.models import Event
from conversations.engine.streams import stream_of
from conversations.threads.actors import SYSTEM, Actor
from conversations.tickets import projections
from conversations.tickets.approvals import state as approvals
from conversations.tickets.approvals.events import TicketApprovalExpired, TicketApprovalPassedOn
from conversations.tickets.events import TicketCommented, TicketEscalated, TicketPromiseBroken
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.running import Running
from conversations.tickets.rules.asking import TicketChanged, check_handle
from conversations.tickets.rules.changing import Family
from conversations.tickets.rules.ticket import Ticket, fold
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.refusals import NotFound


class Held:
    """Tickets whose streams this transaction holds, as they are when everything is written that is overdue."""

    def __init__(self, *, tickets: Collection[UUID], named: Collection[UUID], now: datetime) -> None:
        """Hold all of them; raise NotFound where one of `named` is not there."""
        log.lock(subjects=list(tickets))
        self.rows = {row.id: row for row in TicketRow.objects.filter(id__in=tickets)}
        if not self.rows.keys() >= set(named):
            raise NotFound
        self.tickets = {id_: projections.as_ticket(row=row) for id_, row in self.rows.items()}
        self._running = Running(rows=self.rows)
        self._overdue = [fact for id_ in sorted(self.rows) for fact in self._catch_up(id_, now)]

    def write(
        self,
        *,
        facts: Sequence[Fact],
        actor: Actor,
        now: datetime,
        client_id: str | None = None,
        renew: bool = False,
    ) -> list[Recorded]:
        """Append what is overdue, these facts, and which promises they keep; answer the facts as recorded.

        Nothing is written without facts, unless it is asked to `renew` what is promised by what is in force. The first
        fact is known by the `client_id`: said again, it is answered as it was recorded, and nothing else happens.
        """
        if not facts and not renew:
            return []
        own = [
            draft(fact=fact, sender=actor.id, client_id=client_id if client_id and not n else actor.name_for(nth=n))
            for n, fact in enumerate(facts)
        ]
        if client_id is not None and _is_said(own[0]):
            return log.append(drafts=own[:1], at=now)
        drafts = [
            *(_overdue_draft(fact) for fact in self._overdue),
            *own,
            *(draft(fact=fact, sender=SYSTEM.id) for fact in self._follow(_heard(facts, actor), now)),
        ]
        recorded = log.append(drafts=drafts, at=now)
        self.tickets, touched = projections.fold(rows=self.rows, events=recorded)
        self._settle(touched if not renew else set(self.rows), touched, now)
        begin = len(self._overdue)
        return recorded[begin : begin + len(facts)]

    def is_escalated(self, *, ticket: UUID) -> bool:
        """Tell whether somebody was told of a promise of a ticket, and nobody has said that they heard."""
        return self._running.is_escalated(ticket=ticket)

    def _catch_up(self, id_: UUID, now: datetime) -> list[Fact]:
        due_at = self.rows[id_].due_at
        if due_at is None or due_at > now:
            return []
        facts = self._running.catch_up(ticket=self.tickets[id_], now=now)
        facts += approvals.catch_up(ticket=id_, approvals=self.tickets[id_].approvals, now=now)
        self.tickets[id_] = fold(ticket=self.tickets[id_], events=[(fact, now) for fact in facts])
        return facts

    def _follow(self, facts: Sequence[Fact], now: datetime) -> list[Fact]:
        return [
            kept
            for id_ in self.rows
            for kept in self._running.follow(
                ticket=id_, facts=[fact for fact in facts if ticket_of(fact=fact) == id_], now=now
            )
        ]

    def _settle(self, ids: Collection[UUID], touched: Collection[UUID], now: datetime) -> None:
        """Save the rows of these tickets with what is promised now, under the head, and say when to look again."""
        timers.hold()
        rows = {id_: self.rows[id_] for id_ in sorted(ids)}
        timers.call_by(due=self._running.renew(rows=rows, tickets=self.tickets, now=now))
        for id_, row in rows.items():
            row.save(update_fields=None if id_ in touched else ["plan", "due_at", "edition"])


Decide = Callable[[Held], Sequence[Fact]]


def draft(*, fact: Fact, sender: UUID | None, client_id: str | None = None) -> Draft:
    """Answer a fact on its way to the log of the ticket that it names."""
    return Draft(subject=ticket_of(fact=fact), fact=fact, sender=sender, client_id=client_id)


def ticket_of(*, fact: Fact) -> UUID:
    """Answer which ticket a fact is about: every fact of tickets names its own."""
    ticket: UUID = fact.ticket  # type: ignore[attr-defined] # see above
    return ticket


def change(
    *, tickets: Sequence[UUID], actor: Actor, now: datetime, decide: Decide, client_id: str | None = None
) -> list[Recorded]:
    """Hold these tickets, let happen what `decide` answers, in one transaction. Raises NotFound and what it refuses."""
    check_handle(actor=actor)
    with transaction.atomic():
        held = hold(tickets=tickets, now=now)
        return held.write(facts=decide(held), actor=actor, now=now, client_id=client_id)


def hold(*, tickets: Sequence[UUID], now: datetime) -> Held:
    """Hold these tickets and those directly above them; raise NotFound, or TicketChanged if one moved meanwhile.

    A ticket under another one and that one are settled and opened one after the other.
    """
    above = _find_parents(tickets)
    held = Held(tickets={*tickets, *above}, named=tickets, now=now)
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


def _is_said(said: Draft) -> bool:
    """Tell whether its sender has said this before; the caller holds the stream."""
    stream = stream_of(subject=said.subject, audience=said.fact.audience)
    return Event.objects.filter(stream=stream, sender=said.sender, client_id=said.client_id).exists()


def _heard(facts: Sequence[Fact], actor: Actor) -> Sequence[Fact]:
    """Answer what promises go by: what a rule says is no reply."""
    return [fact for fact in facts if actor.kind != "rule" or not isinstance(fact, TicketCommented)]


def _overdue_draft(fact: Fact) -> Draft:
    """Answer what is overdue on its way: what was said once of a promise cannot be said again."""
    once: str | None
    match fact:
        case TicketEscalated(promise=promise, policy=policy, level=level, start=start):
            once = f"{promise}/{policy}/{level}/{start.isoformat()}"
        case TicketPromiseBroken(promise=promise, start=start):
            once = f"{promise}/broken/{start.isoformat()}"
        case TicketApprovalPassedOn(approval=approval, step=step):
            once = f"approval/{approval}/{step}/deputies"
        case TicketApprovalExpired(approval=approval):
            once = f"approval/{approval}/expired"
        case _:
            once = None
    return draft(fact=fact, sender=SYSTEM.id, client_id=once)
