"""What changed between two JSON documents, by path (RFC 6901 pointers). Pure."""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, TypeAlias

Action: TypeAlias = Literal["added", "removed", "changed"]


class Change(NamedTuple):
    """One place that differs; `before` of what was added and `after` of what was removed are None."""

    path: str
    action: Action
    before: Any
    after: Any


def get_changes(*, before: Any, after: Any) -> list[Change]:
    """Answer every place that differs, in the order of the paths; items of lists are compared by their place."""
    return list(_compare(before, after, ""))


def _compare(before: Any, after: Any, path: str) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_parts(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_parts(dict(enumerate(before)), dict(enumerate(after)), path)
    elif type(before) is not type(after) or before != after:  # to Python, true and 1 are the same
        yield Change(path, "changed", before, after)


def _compare_parts(before: dict[Any, Any], after: dict[Any, Any], path: str) -> Iterator[Change]:
    for name in sorted(before.keys() | after.keys()):
        place = f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
        if name not in before:
            yield Change(place, "added", None, after[name])
        elif name not in after:
            yield Change(place, "removed", before[name], None)
        else:
            yield from _compare(before[name], after[name], place)
