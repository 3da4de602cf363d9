"""Reading what happened on many streams as one, by position."""

from collections.abc import Collection
from typing import Any, Final, Literal
from uuid import UUID

from conversations.contacts.queries import get_same
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.streams import streams_of
from conversations.threads.actors import Actor
from conversations.threads.feed import kinds_seen
from conversations.threads.queries import get_recent_of
from conversations.threads.reach import get_reached
from conversations.tickets.queries import get_recent_of as get_recent_tickets_of
from tenants.paging import Page, Window, turn

About = Literal["conversation", "ticket", "contact"]
MOST: Final = 500  # conversations, and tickets, the last that something happened in

# What happens all the time and tells nobody anything.
_QUIET: Final = frozenset({"conversation.read.v1", "reaction.added.v1", "reaction.removed.v1"})

# Of each stream as many as the page could need, and of those the first: the index of the streams answers it, however
# long the log is. `%s` are the side of the place and the direction.
_READ: Final = """
SELECT e.stream, e.seq, e.position, e.kind, e.sender, e.client_id, e.body, e.at
FROM unnest(%(streams)s::uuid[]) s(id)
CROSS JOIN LATERAL (
    SELECT * FROM {s}event e
    WHERE e.stream = s.id AND e.kind = ANY(%(kinds)s) AND e.position {side} %(place)s
    ORDER BY e.seq {way} LIMIT %(limit)s
) e
ORDER BY e.position {way} LIMIT %(limit)s
"""
_OLDER: Final = _READ.replace("{side}", "<").replace("{way}", "DESC")
_NEWER: Final = _READ.replace("{side}", ">").replace("{way}", "ASC")
_AFTER_ALL: Final = 2**62


def get_timeline(*, contact: UUID, about: Collection[About], actor: Actor, window: Window) -> Page[Recorded]:
    """Answer a page of what happened, the newest first, as far as somebody sees it; raise NotFound.

    With whoever is the same contact; of the MOST conversations and tickets that something happened in last.
    """
    people = get_same(contact=contact)
    subjects = [subject_of_contact(contact=one) for one in people] if "contact" in about else []
    if "conversation" in about:
        subjects += sorted(get_reached(conversations=get_recent_of(contacts=people, limit=MOST), actor=actor))
    if "ticket" in about:
        subjects += get_recent_tickets_of(contacts=people, limit=MOST)
    rows = log.run(sql=_NEWER if window.back else _OLDER, params=_parameters(subjects, actor, window))
    return turn(rows=log.decode_rows(rows), window=window, key=lambda event: (event.position,))


def _parameters(subjects: Collection[UUID], actor: Actor, window: Window) -> dict[str, Any]:
    return {
        "streams": [stream for subject in subjects for stream in streams_of(subject=subject)],
        "kinds": sorted(kinds_seen(actor=actor) - _QUIET),
        "place": int(window.place[0]) if window.place else _AFTER_ALL,
        "limit": window.limit + 1,
    }
