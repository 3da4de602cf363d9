"""Whether one question's answer is yes: operators on what is seen. What is not there is nothing that can be asked for.

Words and texts are the same in capitals. True is no 1.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from conversations.automation.rule.conditions import Leaf
from conversations.definitions.calendar.body import Calendar
from conversations.definitions.calendar.rules import is_open
from conversations.threads.events import Priority

Ask = Callable[[Any, datetime], bool]  # of what is seen, at a moment

RANKS: Final = {name: rank for rank, name in enumerate(get_args(Priority))}
# These ask for the contrary of another, so that one of both is always so.
CONTRARY: Final = {
    "is_not": "is",
    "not_in": "in",
    "not_contains": "contains",
    "is_not_set": "is_set",
    "outside_hours": "within_hours",
}


def compile_question(*, leaf: Leaf, calendars: Mapping[str, Calendar]) -> Ask:
    """Answer a function that asks it; raise KeyError for a calendar that is not there."""
    if leaf.op == "is_not":  # the one that is asked most
        return _is_not(leaf.value)
    if leaf.op in CONTRARY:
        ask = compile_question(leaf=leaf._replace(op=CONTRARY[leaf.op]), calendars=calendars)
        return lambda seen, now: not ask(seen, now)
    if leaf.op == "within_hours":
        calendar = calendars[leaf.value]
        return lambda seen, _now: (at := _moment(seen)) is not None and is_open(calendar=calendar, at=at)
    return _MAKERS[leaf.op](leaf.value)


def plain(value: Any) -> Any:
    """Answer a value as it is compared."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, bool):
        return ("bool", value)
    return str(value) if value is not None and not isinstance(value, int | float) else value


def _is(wanted: Any) -> Ask:
    other = plain(wanted)
    return lambda seen, _now: seen is not None and plain(seen) == other


def _is_not(wanted: Any) -> Ask:
    other = plain(wanted)
    return lambda seen, _now: seen is None or plain(seen) != other


def _in(wanted: Any) -> Ask:
    others = frozenset(plain(each) for each in wanted)
    return lambda seen, _now: seen is not None and plain(seen) in others


def _contains(wanted: str) -> Ask:
    part = wanted.casefold()

    def ask(seen: Any, _now: datetime) -> bool:
        if isinstance(seen, str):
            return part in seen.casefold()
        return bool(seen) and isinstance(seen, list | tuple) and any(plain(each) == part for each in seen)

    return ask


def _contains_any(wanted: Any) -> Ask:
    others = frozenset(plain(each) for each in wanted)
    return lambda seen, _now: seen is not None and not others.isdisjoint(plain(each) for each in seen)


def _contains_all(wanted: Any) -> Ask:
    others = frozenset(plain(each) for each in wanted)
    return lambda seen, _now: seen is not None and others.issubset(plain(each) for each in seen)


def _starts_with(wanted: str) -> Ask:
    part = wanted.casefold()
    return lambda seen, _now: isinstance(seen, str) and seen.casefold().startswith(part)


def _is_set(_wanted: Any) -> Ask:
    return lambda seen, _now: seen is not None and seen not in ("", [], ())


def _comparing(compare: Callable[[float, float], bool]) -> Callable[[Any], Ask]:
    def make(wanted: Any) -> Ask:
        limit = _rank(wanted)
        return lambda seen, _now: (at := _rank(seen)) is not None and limit is not None and compare(at, limit)

    return make


def _rank(value: Any) -> float | None:
    if isinstance(value, str):
        return RANKS.get(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _before(wanted: str) -> Ask:
    limit = datetime.fromisoformat(wanted)
    return lambda seen, _now: (at := _moment(seen)) is not None and at < limit


def _after(wanted: str) -> Ask:
    limit = datetime.fromisoformat(wanted)
    return lambda seen, _now: (at := _moment(seen)) is not None and at > limit


def _older(wanted: float) -> Ask:
    age = timedelta(seconds=wanted)
    return lambda seen, now: (at := _moment(seen)) is not None and now - at > age


def _newer(wanted: float) -> Ask:
    age = timedelta(seconds=wanted)
    return lambda seen, now: (at := _moment(seen)) is not None and now - at < age


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_MAKERS: Final[Mapping[str, Callable[[Any], Ask]]] = {
    "is": _is,
    "in": _in,
    "contains": _contains,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
    "starts_with": _starts_with,
    "is_set": _is_set,
    "greater": _comparing(lambda at, limit: at > limit),
    "less": _comparing(lambda at, limit: at < limit),
    "at_least": _comparing(lambda at, limit: at >= limit),
    "at_most": _comparing(lambda at, limit: at <= limit),
    "before": _before,
    "after": _after,
    "older_than_s": _older,
    "newer_than_s": _newer,
}
