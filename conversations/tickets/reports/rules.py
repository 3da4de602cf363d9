"""Why a promise was broken, and how sure a share of few is. Pure."""

from collections.abc import Iterable
from math import sqrt
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from conversations.engine.events import Fact
from conversations.threads.events import Priority
from conversations.tickets.events import (
    Category,
    TicketAssigned,
    TicketCommented,
    TicketHeard,
    TicketMoved,
    TicketOpened,
    TicketPrioritized,
)

Cause = Literal["nobody_had_it", "nobody_in_team", "on_hold", "not_answered", "not_finished"]
_Z: Final = 1.96  # of an interval that holds the true share 95 times of a hundred


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket is like, as far as it says why something of it was late."""

    type: str = ""
    priority: Priority = "none"
    category: Category = "new"
    owner: UUID | None = None
    team: str | None = None
    was_answered: bool = False


def stand(*, facts: Iterable[Fact]) -> Standing:
    """Answer what a ticket was like after these facts, from its first one on."""
    found = Standing()
    for fact in facts:
        match fact:
            case TicketOpened(type=type_, category=category):
                found = replace(found, type=type_, category=category)
            case TicketPrioritized(priority=priority):
                found = replace(found, priority=priority)
            case TicketMoved(category=category):
                found = replace(found, category=category)
            case TicketAssigned(owner=owner, team=team):
                found = replace(found, owner=owner, team=team)
            case TicketCommented(author="member") | TicketHeard(author="member"):
                found = replace(found, was_answered=True)
            case TicketCommented(author="contact") | TicketHeard(author="contact"):
                found = replace(found, was_answered=False)
    return found


def find_cause(*, standing: Standing) -> Cause:
    """Answer why a promise was broken: what was in the way, from the outside in."""
    if standing.owner is None:
        return "nobody_had_it" if standing.team is None else "nobody_in_team"
    if standing.category == "on_hold":
        return "on_hold"
    return "not_finished" if standing.was_answered else "not_answered"


def interval(*, kept: int, of: int) -> tuple[float, float]:
    """Answer between which shares the true one lies (Wilson's score interval, 95 %); of nothing it may be any."""
    if of <= 0:
        return 0.0, 1.0
    share, spread = kept / of, _Z * _Z / of
    middle = share + spread / 2
    half = _Z * sqrt(share * (1 - share) / of + spread / (4 * of))
    low, high = (middle - half) / (1 + spread), (middle + half) / (1 + spread)
    return max(0.0, low), min(1.0, high)
