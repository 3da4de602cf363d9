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
    match data:
        case str():
            return is_storable(text=data)
        case dict():
            return all(is_storable_json(data=part) for pair in data.items() for part in pair)
        case list():
            return all(is_storable_json(data=part) for part in data)
    return True
