"""What conditions see: the fields of an event, and those of its subject and contact, which are read when asked for.

Many rules ask the same: what was answered once is known until something is done.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

EVENT = "event"


class Scene:
    """The values of fields at a moment. `load` answers those of a group: conversation, ticket, or contact."""

    __slots__ = ("_groups", "_load", "answers", "now")

    def __init__(self, *, now: datetime, said: Mapping[str, Any], load: Callable[[str], Mapping[str, Any]]) -> None:
        """Nothing is loaded yet; `said` are the event's own fields."""
        self.now = now
        self._load = load
        self._groups: dict[str, Mapping[str, Any]] = {EVENT: said}
        self.answers: dict[str, bool] = {}  # by question

    def see(self, field: str) -> Any:
        """Answer a field's value; None for what is not there."""
        return self.see_in(field.partition(".")[0], field)

    def see_in(self, group: str, field: str) -> Any:
        """As above, for who knows the field's group: it is asked hundreds of times an event."""
        values = self._groups.get(group)
        if values is None:
            values = self._groups[group] = self._load(group)
        return values.get(field)

    def forget(self) -> None:
        """Something was done: read anew what is asked for."""
        self._groups = {EVENT: self._groups[EVENT]}
        self.answers = {}
