"""What is held while rules or macros do something: all of it before the first append, which holds the company's head.

Locks are taken in this order: the desk, the contact, all streams at once, the company's head.
"""

from collections.abc import Collection
from uuid import UUID

from conversations.automation.events import AUTOMATION
from conversations.automation.rule.actions import AnyAction, HandOn, OpenTicket
from conversations.automation.rule.triggers import Subject
from conversations.contacts.commands import ContactGone, hold_writable
from conversations.desk.routing import hold_desk
from conversations.engine import log
from conversations.threads.queries import get_conversation
from conversations.tickets.queries import get_ticket
from conversations.tickets.rules.asking import TicketChanged
from tenants.refusals import NotFound


def hold(*, subject: Subject, id_: UUID, actions: Collection[AnyAction]) -> None:
    """Hold a conversation or ticket, and whatever these actions take besides; raise NotFound, TicketChanged."""
    if subject == "ticket":
        _hold_ticket(id_)
        return
    if any(isinstance(each, HandOn) for each in actions):
        hold_desk()
    if any(isinstance(each, OpenTicket) for each in actions):
        _hold_contact(get_conversation(conversation=id_).contact_id)
    _lock([id_])


def _hold_ticket(id_: UUID) -> None:
    """Hold a ticket and the one above it, where they are settled and opened one after the other."""
    above = get_ticket(ticket=id_).parent
    _lock([id_] if above is None else [id_, above])
    if get_ticket(ticket=id_).parent != above:
        raise TicketChanged


def _hold_contact(contact: UUID) -> None:
    """Hold a contact; whoever is gone is told by what is refused then."""
    try:
        hold_writable(contact=contact)
    except (ContactGone, NotFound):
        return


def _lock(subjects: list[UUID]) -> None:
    log.ensure_streams(subjects=[AUTOMATION])
    log.lock(subjects=[*subjects, AUTOMATION])
