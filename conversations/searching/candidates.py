"""Finding the texts that may answer a question: what PostgreSQL knows of the terms, and a capped look at the rows.

How common a term is PostgreSQL's own statistics of the column say; nothing is counted beside the index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from django.db import connection

from conversations.searching.rules.changes import OF_TICKET, TICKETS, Sort
from conversations.searching.rules.ranking import CANDIDATES, Statistics, Way

COUNTED: Final = 20_000  # texts that are counted where PostgreSQL has not looked yet
_NEVER_LOOKED: Final = 0.02  # the least part that is common, where it has not

_KNOWN: Final = """
WITH own AS (
    SELECT most_common_elems::text::text[] AS elems, most_common_elem_freqs AS freqs FROM pg_stats
    WHERE schemaname = current_schema AND tablename = 'search_entry' AND attname = 'terms'
)
SELECT (SELECT reltuples::bigint FROM pg_class WHERE oid = 'search_entry'::regclass),
    (SELECT freqs[cardinality(elems) + 1] FROM own),
    (SELECT coalesce(array_agg(elem), '{}') FROM own, unnest(elems, freqs) AS t(elem, freq)
        WHERE elem = ANY(%(terms)s::text[])),
    (SELECT coalesce(array_agg(freq), '{}') FROM own, unnest(elems, freqs) AS t(elem, freq)
        WHERE elem = ANY(%(terms)s::text[])),
    (SELECT min(position) FROM search_entry)
"""
_LAST: Final = "SELECT max(position) FROM search_entry"
_LAST_BEFORE: Final = (
    "SELECT position FROM search_entry WHERE at < %(until)s::timestamptz ORDER BY at DESC, position DESC LIMIT 1"
)
_COUNT: Final = "SELECT count(*) FROM (SELECT FROM search_entry LIMIT %(limit)s) looked"

# The newest of what is found, whatever the planner thinks of their number: it is bounded by `after`.
_FIND: Final = """
WITH found AS MATERIALIZED (
    SELECT e.position, e.source, e.at, e.subject, e.sort, e.terms FROM search_entry e{joins}
    WHERE e.terms @@ %(query)s::tsquery AND e.position > %(after)s AND e.position <= %(until)s
        AND e.sort = ANY(%(sorts)s::smallint[]){conditions}
), newest AS (
    SELECT * FROM found ORDER BY position DESC LIMIT %(limit)s
)
SELECT position, source, (extract(epoch FROM at) * 1000000)::bigint, subject, sort, length(terms), {mask} FROM newest
"""
_JOINS: Final = """
    LEFT JOIN conversation c ON c.id = e.subject AND e.sort <= 2
    LEFT JOIN ticket t ON t.id = e.subject AND e.sort > 2"""

Assigned = UUID | Literal["none"] | None


class Candidate(NamedTuple):
    """A text that may answer; bit n of `mask`: it has the term n. `size` is how many terms it has.

    `moment` is when it was said, in microseconds: of many that are compared few are shown.
    """

    position: int
    source: int
    moment: int
    subject: UUID
    sort: int
    size: int
    mask: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which texts: what they are, and of conversations and tickets like this; None means any.

    `since` is the first moment and `until` the first that is too late. `agent` has it, or nobody ("none"). `status` is
    a conversation's, or the category of a ticket. `inbox` and `tag` are conversations' alone. `within` is the reach of
    who asks, as threads/reach.py says it.
    """

    sorts: frozenset[Sort] = field(default_factory=lambda: frozenset(Sort))
    since: datetime | None = None
    until: datetime | None = None
    inbox: str | None = None
    agent: Assigned = None
    status: str | None = None
    tag: str | None = None
    within: str | None = None

    @property
    def looks_at_subjects(self) -> bool:
        """Tell whether what a text belongs to makes a difference."""
        return any(value is not None for value in (self.inbox, self.agent, self.status, self.tag))


def get_statistics(*, terms: Sequence[str], until: datetime | None = None) -> Statistics:
    """Answer what is known of the index and of these terms; texts from `until` on do not count."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"terms": list(terms)})
        texts, least, common, parts, first = cursor.fetchone() or (0, None, [], [], None)
        cursor.execute(_LAST if until is None else _LAST_BEFORE, {"until": until})
        last = (cursor.fetchone() or (None,))[0]
        if texts <= 0 or least is None:
            cursor.execute(_COUNT, {"limit": COUNTED})
            texts = max((cursor.fetchone() or (0,))[0], texts)
    span = (last - first + 1) if last is not None else 0
    return Statistics(
        texts=texts,
        common=dict(zip(common, map(float, parts), strict=True)),
        least=least or _NEVER_LOOKED,
        until=last or 0,
        positions=max(span / max(texts, 1), 1.0),
    )


def find(*, way: Way, terms: Sequence[str], filters: Filters, until: int) -> list[Candidate]:
    """Answer the newest texts that one way leads to, up to the position `until`; CANDIDATES of them are not all."""
    query = (" & " if way.together else " | ").join(quoted(term) for term in way.terms)
    params: dict[str, Any] = {
        "query": f"{quoted(OF_TICKET)} & ({query})" if filters.sorts <= TICKETS else query,
        "after": way.after,
        "until": until,
        "sorts": sorted(filters.sorts),
        "limit": CANDIDATES,
    }
    mask = []
    for n, term in enumerate(terms):
        params[f"term_{n}"] = quoted(term)
        mask.append(f"((terms @@ %(term_{n})s::tsquery)::int::bigint << {n})")
    conditions, values = _conditions(filters)
    joins = _JOINS if filters.looks_at_subjects or filters.within is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(_FIND.format(joins=joins, conditions=conditions, mask=" | ".join(mask)), {**params, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Candidate(*row) for row in rows]


def quoted(term: str) -> str:
    """Answer a term as PostgreSQL reads it: terms hold letters and digits alone."""
    return f"'{term}'"


def _conditions(filters: Filters) -> tuple[str, dict[str, Any]]:
    said: list[str] = []
    if filters.since is not None:
        said.append("e.at >= %(since)s::timestamptz")
    if filters.until is not None:
        said.append("e.at < %(before)s::timestamptz")
    if filters.within is not None:
        said.append(f"(e.sort > 2 OR {filters.within.replace('{s}', '')})")
    if filters.inbox is not None:
        said.append("c.inbox = %(inbox)s")
    if filters.tag is not None:
        said.append("c.tags @> ARRAY[%(tag)s]::text[]")
    if filters.status is not None:
        said.append("(c.status = %(status)s OR t.category = %(status)s)")
    if filters.agent == "none":
        said.append("(c.id IS NOT NULL AND c.assignee IS NULL OR t.id IS NOT NULL AND t.owner IS NULL)")
    elif filters.agent is not None:
        said.append("(c.assignee = %(agent)s::uuid OR t.owner = %(agent)s::uuid)")
    values = {
        "since": filters.since,
        "before": filters.until,
        "inbox": filters.inbox,
        "agent": None if filters.agent == "none" else filters.agent,
        "status": filters.status,
        "tag": filters.tag and filters.tag.lower(),
    }
    return "".join(f"\n        AND {one}" for one in said), values
