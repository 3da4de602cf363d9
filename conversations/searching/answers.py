"""What is shown of what was found: read for one page, from the log and the rooms as they are now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db import connection

from conversations.contacts.merging.queries import get_roots
from conversations.contacts.queries import get_contacts
from conversations.engine.events import Audience
from conversations.searching.queries import Hit, Type, moment_of, read_texts
from conversations.searching.rules.changes import Sort
from conversations.searching.rules.snippets import Snippet, cut, find_places
from conversations.terms.grams import Asked
from conversations.threads.queries import get_conversations
from conversations.tickets.queries import get_tickets
from tenants.describing import Answer, Listed

_STAFF: Final = frozenset({Sort.NOTE, Sort.REMARK})
_TITLE: Final = 300
_SEQS: Final = "SELECT position, seq FROM event WHERE position = ANY(%(positions)s::bigint[])"


class Place(Answer, frozen=True):
    """Where something was found in a text: [start, end) in characters (Unicode code points)."""

    start: int
    end: int


class Found(Answer, frozen=True):
    """Something that answers the question. `id` is the conversation's, the contact's or the ticket's.

    `snippet` is a piece of the text that fits best, at `seq` among what `audience` sees of it; of a contact it is what
    they are known by, and `seq` and `audience` are null. `highlights` and `title_highlights` are places of what was
    found. `matches` texts of it fit. `score` is 1 where all fits. `status` is a conversation's, or a ticket's category.
    """

    type: Literal["conversation", "contact", "ticket"]
    id: UUID
    title: str
    title_highlights: list[Place]
    snippet: str
    highlights: list[Place]
    at: datetime
    seq: int | None
    audience: Audience | None
    status: str | None
    score: float
    matches: int


class FoundPage(Listed[Found], frozen=True):
    """A page, the best first. `capped`: so much fits that older texts were not looked at; ask more narrowly."""

    capped: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """Whom or what was found: its title, where it stands, and for a contact what they are known by."""

    title: str
    status: str | None = None
    text: str = ""


def show(*, hits: Sequence[Hit], asked: Asked) -> list[Found]:
    """Answer what of a page is still there; a text that was erased meanwhile is not."""
    best = [hit.best for hit in hits if hit.best]
    texts = read_texts(positions=[one.source for one in best])
    seqs = _read_seqs([one.position for one in best])
    shown = _load(hits)
    return [
        _show(hit, shown[hit.type, hit.id], texts, seqs, asked)
        for hit in hits
        if (hit.type, hit.id) in shown and (hit.best is None or texts.get(hit.best.source))
    ]


def _show(hit: Hit, shown: _Shown, texts: Mapping[int, str], seqs: Mapping[int, int], asked: Asked) -> Found:
    text = texts[hit.best.source] if hit.best else shown.text
    snippet = cut(text=text, asked=asked) if text else Snippet("")
    title = shown.title[:_TITLE]
    return Found(
        type=hit.type,
        id=hit.id,
        title=title,
        title_highlights=_places(find_places(text=title, asked=asked)),
        snippet=snippet.text,
        highlights=_places(snippet.places),
        at=moment_of(microseconds=hit.moment),
        seq=seqs.get(hit.best.position) if hit.best else None,
        audience=_audience(hit.best.sort) if hit.best else None,
        status=shown.status,
        score=round(hit.score, 2),
        matches=hit.matches,
    )


def _places(found: Iterable[tuple[int, int]]) -> list[Place]:
    return [Place(start=start, end=end) for start, end in found]


def _audience(sort: int) -> Audience:
    return Audience.STAFF if sort in _STAFF else Audience.PUBLIC


def _load(hits: Sequence[Hit]) -> dict[tuple[Type, UUID], _Shown]:
    ids: dict[str, list[UUID]] = {"conversation": [], "contact": [], "ticket": []}
    for hit in hits:
        ids[hit.type].append(hit.id)
    found: dict[tuple[Type, UUID], _Shown] = {}
    rows = get_conversations(conversations=ids["conversation"]) if ids["conversation"] else {}
    roots = get_roots(rows=[row.contact for row in rows.values()])
    for id_, row in rows.items():
        found["conversation", id_] = _Shown(roots.get(row.contact_id, row.contact).name, row.status)
    for id_, contact in (get_contacts(contacts=ids["contact"]) if ids["contact"] else {}).items():
        known = (contact.email, contact.phone, contact.external_id)
        found["contact", id_] = _Shown(contact.name, None, " · ".join(filter(None, known)))
    for id_, ticket in (get_tickets(tickets=ids["ticket"]) if ids["ticket"] else {}).items():
        title = f"{ticket.prefix}-{ticket.number} {ticket.title}"
        found["ticket", id_] = _Shown(title, ticket.category)
    return found


def _read_seqs(positions: Sequence[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_SEQS, {"positions": list(positions)})
        rows: list[Any] = cursor.fetchall()
        return dict(rows)
