"""Whom a worker serves next: pure bookkeeping over what every tenant's head says, without clock and database."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

LOOK_S: Final = 1.0  # after which a tenant is looked at again, whatever was or was not heard of it


@dataclass(frozen=True)
class Head:
    """A tenant's head: how far its log has come, and whether a timer of it is due."""

    schema: str
    position: int
    due: bool


@dataclass
class Rounds:
    """What one worker knows: how far it has seen each tenant, with whom it is done, when it served whoever waits."""

    _seen: dict[str, int] = field(default_factory=dict)
    _done: dict[str, int] = field(default_factory=dict)
    _served: dict[str, float] = field(default_factory=dict)

    def sort(self, *, heads: Iterable[Head]) -> tuple[list[Head], list[Head], list[Head]]:
        """Answer who has news since the last time, who is due, and who else is not done; who waits longest is first.

        To a worker that has just started all others wait, so that none of the many holds up what happens from now on.
        """
        known, self._seen = self._seen, {}
        fresh, due, waiting = [], [], []
        for head in heads:
            self._seen[head.schema] = head.position
            has_news = known and known.get(head.schema) != head.position
            if has_news and self._is_behind(head):
                fresh.append(head)
            elif head.due:
                due.append(head)
            elif self._is_behind(head):
                waiting.append(head)
        return fresh, sorted(due, key=self._get_served), sorted(waiting, key=self._get_served)

    def serve(self, *, head: Head, at: float) -> None:
        """Note that this tenant is served now."""
        self._served[head.schema] = at

    def end(self, *, head: Head) -> None:
        """Note that nothing up to this head is left to do."""
        self._done[head.schema] = head.position
        self._served.pop(head.schema, None)

    def is_neglected(self, *, head: Head, at: float) -> bool:
        """Tell whether it must not wait until something is heard: whoever could not go on a moment ago may."""
        return self._get_served(head) < at - LOOK_S

    def _get_served(self, head: Head) -> float:
        return self._served.get(head.schema, 0.0)

    def _is_behind(self, head: Head) -> bool:
        return head.position > self._done.get(head.schema, 0)
