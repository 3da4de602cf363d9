"""What conditions see: the fields of an event, and those of its subject and contact, which are read when asked for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

EVENT = "event"


class Scene:
    """The values of fields at a moment. `load` answers those of a group: conversation, ticket, or contact."""

    __slots__ = ("_groups", "_load", "now")

    def __init__(self, *, now: datetime, said: Mapping[str, Any], load: Callable[[str], Mapping[str, Any]]) -> None:
        """Nothing is loaded yet; `said` are the event's own fields."""
        self.now = now
        self._load = load
        self._groups: dict[str, Mapping[str, Any]] = {EVENT: said}

    def see(self, field: str) -> Any:
        """Answer a field's value; None for what is not there."""
        group = field.partition(".")[0]
        if group not in self._groups:
            self._groups[group] = self._load(group)
        return self._groups[group].get(field)

    def forget(self) -> None:
        """Something was done: read anew what is asked for."""
        self._groups = {EVENT: self._groups[EVENT]}
