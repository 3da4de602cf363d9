"""Asking: candidates are found, scored and put in order; what is shown of each is read for one page alone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple
from uuid import UUID

from django.db import connection

from conversations.contacts.queries import Filters as ContactFilters
from conversations.contacts.queries import get_page as get_contacts
from conversations.searching.candidates import Candidate, Filters, find, get_statistics
from conversations.searching.rules import ranking
from conversations.searching.rules.changes import TICKETS, Sort
from conversations.searching.rules.ranking import CANDIDATES, LEAST, find_ways, fit, score, weigh
from conversations.terms.beginnings import query_of
from conversations.terms.grams import Asked, ask, is_phrase_in
from conversations.terms.text import fold
from tenants.paging import Page, Window, turn_whole

Type = Literal["conversation", "contact", "ticket"]
CONTACTS: Final = 200
TYPES: Final[dict[int, Type]] = {
    Sort.MESSAGE: "conversation",
    Sort.NOTE: "conversation",
    Sort.TICKET: "ticket",
    Sort.COMMENT: "ticket",
    Sort.REMARK: "ticket",
}
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_TEXTS: Final = """
SELECT position, concat_ws(E'\\n', nullif(body->>'title', ''), body->>'text') FROM event
WHERE position = ANY(%(positions)s::bigint[])
"""


def moment_of(*, microseconds: int) -> datetime:
    """Answer the moment as people read it."""
    return _EPOCH + timedelta(microseconds=microseconds)


class Hit(NamedTuple):
    """Something that answers the question, and the best text of it; a contact has none. `matches` texts of it do.

    `score` is what of the question it has, `fit` how well it answers, `moment` when it was said, in microseconds.
    """

    type: Type
    id: UUID
    score: float
    fit: float
    moment: int
    best: Candidate | None = None
    matches: int = 1


@dataclass(frozen=True, slots=True)
class Answered:
    """A page of what was found, the best first, and whether there may be more that was not looked at."""

    page: Page[Hit]
    capped: bool
    asked: Asked


def search(*, text: str, types: frozenset[Type], filters: Filters, window: Window) -> Answered:
    """Answer what fits best; of two that fit as well what is newer comes first."""
    asked = ask(text=text)
    hits: list[Hit] = []
    capped = False
    for sorts in (filters.sorts - TICKETS, filters.sorts & TICKETS):
        if sorts and asked.terms:
            said, cut = _find_said(asked, replace(filters, sorts=sorts))
            hits, capped = [*hits, *said], capped or cut
    if "contact" in types and not filters.looks_at_subjects:
        people = _find_contacts(text, filters)
        hits, capped = [*hits, *people], capped or len(people) == CONTACTS
    return Answered(turn_whole(rows=hits, window=window, key=_place, descending=True), capped, asked)


def _place(hit: Hit) -> tuple[str, ...]:
    return f"{hit.fit:.3f}", f"{hit.moment:020d}", hit.id.hex


def _find_said(asked: Asked, filters: Filters) -> tuple[list[Hit], bool]:
    known = get_statistics(terms=asked.terms, until=filters.until)
    terms = ranking.order(terms=asked.terms, known=known)
    needed = [term for phrase in asked.phrases for term in ask(text=phrase).terms]
    found: dict[int, Candidate] = {}
    counted: dict[str, int] = {}
    capped = False
    for way in find_ways(terms=terms, needed=list(dict.fromkeys(needed)), known=known):
        if filters.sorts <= TICKETS:  # there are few, and the index tells which
            way = replace(way, after=0)  # noqa: PLW2901 - the same way, further
        rows = find(way=way, terms=terms, filters=filters, until=known.until)
        cut = way.cut or len(rows) == CANDIDATES
        if not (way.together or cut or filters.looks_at_subjects or filters.within is not None):
            counted |= _count(way.terms, terms, rows)
        capped = capped or cut
        found |= {row.position: row for row in rows}
    weights = weigh(terms=terms, counted=counted, known=known)
    scored = [(score(mask=row.mask, weights=weights), row) for row in found.values()]
    enough = [(value, row) for value, row in scored if value >= LEAST]
    return _group(_with_phrases(enough, asked.phrases)), capped


def _count(counted: Sequence[str], terms: Sequence[str], rows: Sequence[Candidate]) -> dict[str, int]:
    """Answer how many texts have each of the terms that all their texts are there of."""
    places = {term: 1 << terms.index(term) for term in counted}
    return {term: sum(1 for row in rows if row.mask & bit) for term, bit in places.items()}


def _with_phrases(
    scored: Sequence[tuple[float, Candidate]], phrases: Sequence[str]
) -> Sequence[tuple[float, Candidate]]:
    if not phrases:
        return scored
    texts = read_texts(positions=[row.source for _, row in scored])
    folded = {position: fold(text=text) for position, text in texts.items()}
    return [
        (value, row)
        for value, row in scored
        if all(is_phrase_in(phrase=phrase, folded=folded.get(row.source, "")) for phrase in phrases)
    ]


def _group(scored: Iterable[tuple[float, Candidate]]) -> list[Hit]:
    """Answer one hit a conversation or ticket, with the text of it that fits best."""
    hits: dict[tuple[Type, UUID], Hit] = {}
    matches: Counter[tuple[Type, UUID]] = Counter()
    for value, row in scored:
        key = (TYPES[row.sort], row.subject)
        matches[key] += 1
        hit, had = Hit(*key, value, round(fit(score=value, size=row.size), 3), row.moment, row), hits.get(key)
        if had is None or (hit.fit, row.position) > (had.fit, had.best.position if had.best else 0):
            hits[key] = hit
    return [hit._replace(matches=matches[key]) for key, hit in hits.items()]


def _find_contacts(text: str, filters: Filters) -> list[Hit]:
    words = query_of(text=text)
    if words is None:
        return []
    page = get_contacts(filters=ContactFilters(words=words), window=Window("", CONTACTS), order="-created_at")
    rows = [row for row in page.rows if filters.since is None or row.created_at >= filters.since]
    return [
        Hit("contact", row.id, 1.0, 1.0, (row.created_at - _EPOCH) // timedelta(microseconds=1))
        for row in rows
        if filters.until is None or row.created_at < filters.until
    ]


def read_texts(*, positions: Sequence[int]) -> dict[int, str]:
    """Answer what stands at these positions of the log now."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, {"positions": list(positions)})
        return dict(cursor.fetchall())
