"""What is asked of presence: choose a state, take note of connections, forget who has left.

The time is the database's, read while the members' streams are held: processes with wrong clocks write here by turns.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from conversations.definitions.queries import find_definition
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.presence import projections, rules
from conversations.presence.events import PresenceChanged, State
from conversations.presence.models import Presence
from conversations.presence.queries import get_standings, get_wrapping_up
from conversations.presence.reason import PRESENCE_REASON, PresenceReason
from conversations.presence.streams import subject_of_member
from tenants.presence.commands import look

# Many members of many tenants wait behind one that does not get its locks: it is tried again.
PATIENCE: Final = "SET LOCAL lock_timeout = '1s'"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found while the members' streams were held."""

    at: datetime
    connected: set[UUID]
    standings: dict[UUID, rules.Standing]

    def standing(self, *, member: UUID) -> rules.Standing:
        """Answer what a member is; whoever was never seen is what everybody is at first."""
        return self.standings.get(member, rules.Standing())


def choose(
    *,
    member: UUID,
    state: State,
    reason: str | None = None,
    by: UUID | None = None,
    before: Callable[[rules.Standing, PresenceChanged], None] | None = None,
) -> None:
    """Let a member be in a state whenever they are connected; raise Invalid for a reason that does not fit.

    Who does it is the sender on the log: the member, unless it is somebody else (`by`). `before` is told what they
    were and what happens, in the same transaction, before it is written; not where nothing happens.
    """
    with transaction.atomic():
        seen = _hold([member])
        fact = rules.choose(
            member=member,
            standing=seen.standing(member=member),
            state=state,
            reason=reason,
            fits=None if reason is None else _find_states(reason),
            connected=member in seen.connected,
        )
        if fact is not None and before is not None:
            before(seen.standing(member=member), fact)
        _write([fact], seen.at, by=by)


def end_wrap_ups(*, members: Mapping[UUID, datetime], by: UUID) -> None:
    """Let these members be online who have been in wrap-up since then, and still are. Twice does no harm."""
    with transaction.atomic():
        seen = _hold(sorted(members))
        since = get_wrapping_up()
        facts = [
            rules.choose(
                member=member,
                standing=seen.standing(member=member),
                state="online",
                reason=None,
                fits=None,
                connected=True,
            )
            for member, at in sorted(members.items())
            if since.get(member) == at
        ]
        _write(facts, seen.at, by=by)


def settle(*, members: Sequence[UUID]) -> None:
    """Take note of which of these members are connected now. Twice does no harm."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)
        seen = _hold(members)
        facts = [
            rules.settle(member=each, standing=seen.standing(member=each), connected=each in seen.connected)
            for each in members
        ]
        _write(facts, seen.at)


def leave(*, member: UUID) -> None:
    """Let a member who can come in no more be offline for colleagues, and out of their list. Twice does no harm."""
    with transaction.atomic():
        seen = _hold([member])
        fact = rules.settle(member=member, standing=seen.standing(member=member), connected=False)
        _write([fact], seen.at)
        Presence.objects.filter(member=member).update(is_gone=True)


def _find_states(reason: str) -> tuple[State, ...] | None:
    found = find_definition(kind=PRESENCE_REASON.name, key=reason)
    return None if found is None else msgspec.convert(found.body, PresenceReason).states


def _hold(members: Sequence[UUID]) -> Seen:
    """Hold the members' streams, then look: whoever looks later knows more, and decides later."""
    subjects = [subject_of_member(member=member) for member in members]
    log.ensure_streams(subjects=subjects)
    log.lock(subjects=subjects)
    at, connected = look(persons=members)
    return Seen(at, connected, get_standings(members=members))


def _write(facts: Iterable[PresenceChanged | None], at: datetime, *, by: UUID | None = None) -> None:
    drafts = [
        Draft(subject=subject_of_member(member=fact.member), fact=fact, sender=by or fact.member)
        for fact in facts
        if fact is not None
    ]
    if drafts:
        projections.apply(events=log.append(drafts=drafts, at=at))
