"""The terms of promises: those in force now, and those that a ticket goes by."""

from dataclasses import dataclass
from typing import Final

import msgspec

from conversations.definitions.calendar.body import CALENDAR, Calendar
from conversations.definitions.models import Definition
from conversations.definitions.queries import count_versions, find_version, get_in_force
from conversations.tickets.promises.policy import KIND, SlaPolicy
from conversations.tickets.promises.rules.terms import Hours, Terms

KINDS: Final = (KIND, CALENDAR.name)
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class InForce:
    """The terms in force. The `edition` grows with everything that is published about them."""

    edition: int
    terms: tuple[Terms, ...]

    @property
    def asks_for_attributes(self) -> bool:
        """Tell whether it matters what is known of a ticket's contact."""
        return any(each.policy.selector.attributes for each in self.terms)


def count_edition() -> int:
    """Answer how often anything was published about promises: whoever holds the head and asks has seen it all."""
    return count_versions(kinds=KINDS)


def read_in_force() -> InForce:
    """Answer the terms in force; the edition is asked first, so that it is never newer than what was read."""
    edition = count_edition()
    rows = get_in_force(kinds=KINDS) if edition else []
    calendars = {row.key: row for row in rows if row.kind == CALENDAR.name}
    return InForce(edition, tuple(_terms(row, calendars) for row in rows if row.kind == KIND))


def read_terms(*, place: Place) -> Terms | None:
    """Answer terms as they were published, in force or not."""
    key, version, calendar = place
    row = find_version(kind=KIND, key=key, version=version)
    if row is None:
        return None
    policy = msgspec.convert(row.body, SlaPolicy)
    found = find_version(kind=CALENDAR.name, key=str(policy.calendar), version=calendar) if calendar else None
    return Terms(key, version, calendar, policy, _hours(found))


def _terms(row: Definition, calendars: dict[str, Definition]) -> Terms:
    policy = msgspec.convert(row.body, SlaPolicy)
    calendar = calendars.get(policy.calendar) if isinstance(policy.calendar, str) else None
    return Terms(row.key, row.version, 0 if calendar is None else calendar.version, policy, _hours(calendar))


def _hours(row: Definition | None) -> Hours:
    return Hours(None if row is None else msgspec.convert(row.body, Calendar))
