"""What text PostgreSQL can hold. Everything else is refused at the edge, so that it never becomes an error inside."""

from typing import Any


def is_storable(*, text: str) -> bool:
    """Answer whether the text has neither NUL nor half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def is_storable_json(*, data: Any) -> bool:
    """Answer the same for all text in parsed JSON, keys too."""
    waiting = [data]  # no recursion: the parser takes more nesting than Python's stack
    while waiting:
        match waiting.pop():
            case str() as text if not is_storable(text=text):
                return False
            case dict() as parts:
                waiting += [*parts.keys(), *parts.values()]
            case list() as parts:
                waiting += parts
    return True
