"""Reading types of tickets: what is in force, and what a ticket of a type goes by now."""

import msgspec

from conversations.definitions.queries import find_newest
from conversations.tickets.kind.body import BUILT_IN, GENERAL, KIND, TicketType
from tenants.refusals import Invalid


def get_type_to_open(*, key: str) -> tuple[TicketType, int]:
    """Answer the type in force of this key, and its version (0: built in); raise Invalid."""
    newest = find_newest(kind=KIND, key=key)
    if newest is None and key == GENERAL:
        return BUILT_IN, 0
    if newest is None or newest.is_retired:
        raise Invalid(errors=[{"field": "type", "code": "not_found", "detail": "There is no such type of tickets."}])
    return msgspec.convert(newest.body, TicketType), newest.version


def get_type(*, key: str) -> TicketType:
    """Answer what tickets of a type go by: its newest version, even if nothing is opened by it any more."""
    newest = find_newest(kind=KIND, key=key)
    return BUILT_IN if newest is None else msgspec.convert(newest.body, TicketType)
