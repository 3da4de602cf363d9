"""The clocks of tickets whose rows a transaction holds: what of them is overdue, what people do to them, what is next.

Plans are renewed after the append, while the company's head is held: whatever was published before it is seen then,
and what is published later finds by the row's edition that it has to look again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.contacts.queries import get_contacts
from conversations.engine.events import Fact
from conversations.tickets.approvals import state as approvals
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.directory import Directory
from conversations.tickets.promises.rules import plan as plans
from conversations.tickets.promises.rules.plan import Plan
from conversations.tickets.promises.rules.selecting import select
from conversations.tickets.promises.rules.terms import Terms
from conversations.tickets.promises.scene import InForce, Place, read_in_force, read_terms
from conversations.tickets.rules.ticket import Ticket


class Running:
    """The plans of some tickets."""

    def __init__(self, *, rows: Mapping[UUID, TicketRow]) -> None:
        """As their rows say."""
        self.plans = {id_: msgspec.convert(row.plan, Plan) for id_, row in rows.items() if row.plan is not None}
        self._terms: dict[Place, Terms | None] = {}
        self._directory = Directory()

    def catch_up(self, *, ticket: Ticket, now: datetime) -> list[Fact]:
        """Answer what is overdue for a ticket."""
        plan, terms = self.find(ticket=ticket.id)
        if plan is None or terms is None:
            return []
        ask: dict[str, Any] = {"whom": self._directory.whom, "name_of": self._directory.name_of}
        self.plans[ticket.id], facts = plans.catch_up(plan=plan, terms=terms, ticket=ticket, now=now, **ask)
        return facts

    def follow(self, *, ticket: UUID, facts: Sequence[Fact], now: datetime) -> list[Fact]:
        """Answer which promises are kept by what people do to a ticket."""
        plan, terms = self.find(ticket=ticket)
        if plan is None or terms is None:
            return []
        self.plans[ticket], kept = plans.follow(plan=plan, terms=terms, ticket=ticket, facts=facts, at=now)
        return kept

    def is_escalated(self, *, ticket: UUID) -> bool:
        """Tell whether a step of some ladder was taken of which nobody has said that they heard."""
        plan = self.plans.get(ticket)
        return plan is not None and any(each.reached and each.acknowledged_at is None for each in plan.clocks)

    def renew(
        self, *, rows: Mapping[UUID, TicketRow], tickets: Mapping[UUID, Ticket], now: datetime
    ) -> datetime | None:
        """Write into the rows by which terms they go now, and when something is due; answer the first of those moments.

        The caller holds the head, and saves the rows.
        """
        in_force = read_in_force()
        attributes = _read_attributes(tickets.values()) if in_force.asks_for_attributes else {}
        for id_, row in rows.items():
            known = attributes.get(tickets[id_].contact, {})
            self._renew(tickets[id_], in_force, known, now)
            plan, terms = self.find(ticket=id_)
            row.plan = None if plan is None else msgspec.to_builtins(plan)
            row.due_at = _first(
                None if plan is None or terms is None else plans.find_due(plan=plan, terms=terms),
                approvals.find_due(approvals=tickets[id_].approvals),
            )
            row.edition = in_force.edition
        return _first(*(row.due_at for row in rows.values()))

    def find(self, *, ticket: UUID) -> tuple[Plan | None, Terms | None]:
        """Answer a ticket's plan and its terms."""
        plan = self.plans.get(ticket)
        if plan is None:
            return None, None
        if plan.place not in self._terms:
            self._terms[plan.place] = read_terms(place=plan.place)
        return plan, self._terms[plan.place]

    def _renew(self, ticket: Ticket, in_force: InForce, attributes: Mapping[str, Any], now: datetime) -> None:
        plan, old = self.find(ticket=ticket.id)
        if ticket.merged_into is not None or (plan is None and ticket.is_settled):
            self.plans.pop(ticket.id, None)
            return
        priority = ticket.priority if plan is None else plan.priority
        new = select(terms=in_force.terms, type_=ticket.type, priority=priority, attributes=attributes)
        if new is None:
            self.plans.pop(ticket.id, None)
            return
        self._terms[new.place] = new
        if plan is None or old is None:
            self.plans[ticket.id] = plans.begin(terms=new, ticket=ticket, at=now)
        else:
            self.plans[ticket.id] = plans.renew(plan=plan, old=old, new=new, at=now)


def _first(*moments: datetime | None) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def _read_attributes(tickets: Iterable[Ticket]) -> dict[UUID | None, Mapping[str, Any]]:
    rows = get_contacts(contacts=[ticket.contact for ticket in tickets if ticket.contact is not None])
    return {id_: row.attributes for id_, row in rows.items()}
