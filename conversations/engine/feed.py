"""The tenant's log as a feed by position: a page of some kinds of events, and where the log begins and ends.

The positions of a whole log are dense from 1; where the front was cut, `first` says so. Read by commands' connections
(read_page) and by live delivery's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from conversations.engine import log, statements
from conversations.engine.events import Recorded

SPAN: Final = 10_000  # positions that one page looks at, so that rare kinds make no page slow


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Events after `after`; all of their kinds up to `position` are among them. The log has `first` ... `head`.

    After what is not there yet comes nothing, and `position` is the head.
    """

    events: list[Recorded]
    after: int
    position: int
    first: int
    head: int

    @property
    def gap(self) -> tuple[int, int] | None:
        """Answer the positions after `after` that are on the log no more, the first and the last of them."""
        return (self.after + 1, self.first - 1) if self.after + 1 < self.first else None


def read_page(*, kinds: Sequence[str], after: int, limit: int) -> FeedPage:
    """Answer a page of the current tenant's; it may be empty although more comes after it."""
    rows = log.run(sql=statements.READ_FEED, params=feed_parameters(kinds=kinds, after=after, limit=limit))
    return decode_page(rows=rows, after=after, limit=limit)


def feed_parameters(*, kinds: Sequence[str], after: int, limit: int) -> dict[str, Any]:
    """Answer what READ_FEED takes."""
    return {"kinds": list(kinds), "after": after, "limit": limit, "span": SPAN}


def decode_page(*, rows: Sequence[tuple[Any, ...]], after: int, limit: int) -> FeedPage:
    """Answer the page that READ_FEED's rows are."""
    first, head = rows[0][:2]
    events = log.decode_rows([row[2:] for row in rows if row[2] is not None])
    until = events[-1].position if len(events) == limit else min(head, after + SPAN)
    return FeedPage(events=events, after=after, position=until, first=head + 1 if first is None else first, head=head)
