"""Which policy is for which ticket."""

from collections.abc import Iterable, Mapping
from typing import Any

from conversations.threads.events import Priority
from conversations.tickets.promises.policy import Selector
from conversations.tickets.promises.rules.terms import Terms


def select(*, terms: Iterable[Terms], type_: str, priority: Priority, attributes: Mapping[str, Any]) -> Terms | None:
    """Answer the terms of a ticket: of those that are for it the first by their order, and then by their keys."""
    fitting = [
        each for each in terms if _fits(each.policy.selector, type_=type_, priority=priority, attributes=attributes)
    ]
    return min(fitting, key=lambda each: (each.policy.order, each.key), default=None)


def _fits(selector: Selector, *, type_: str, priority: Priority, attributes: Mapping[str, Any]) -> bool:
    return (
        (not selector.types or type_ in selector.types)
        and (not selector.priorities or priority in selector.priorities)
        and all(_is_same(attributes.get(key), value) for key, value in selector.attributes.items())
    )


def _is_same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)  # True is no 1
