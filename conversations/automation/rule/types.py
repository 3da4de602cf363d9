"""Of which types the fields of conditions are, and what can be asked of each. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Type(StrEnum):
    """What the values of a field are. `open` ones are whatever the company's own forms say."""

    TEXT = "text"
    WORD = "word"
    BOOL = "bool"
    PRIORITY = "priority"
    TAGS = "tags"
    MEMBER = "member"
    MOMENT = "moment"
    OPEN = "open"


class Wants(StrEnum):
    """What stands beside an operator: a value of the field's type, some of them, seconds, a calendar, or nothing."""

    ONE = "one"
    SEVERAL = "several"
    TEXT = "text"
    NUMBER = "number"
    SECONDS = "seconds"
    CALENDAR = "calendar"
    NOTHING = "nothing"


_SET: Final = {"is_set": Wants.NOTHING, "is_not_set": Wants.NOTHING}
_SAME: Final = {"is": Wants.ONE, "is_not": Wants.ONE, "in": Wants.SEVERAL, "not_in": Wants.SEVERAL}
_WITHIN: Final = {"contains": Wants.TEXT, "not_contains": Wants.TEXT}
_MORE: Final = dict.fromkeys(("greater", "less", "at_least", "at_most"), Wants.NUMBER)

OPERATORS: Final[Mapping[Type, Mapping[str, Wants]]] = {
    Type.TEXT: {**_SAME, **_WITHIN, "starts_with": Wants.TEXT, **_SET},
    Type.WORD: {**_SAME, **_SET},
    Type.BOOL: {"is": Wants.ONE},
    Type.PRIORITY: {**_SAME, "at_least": Wants.ONE, "at_most": Wants.ONE},
    Type.TAGS: {**_WITHIN, "contains_any": Wants.SEVERAL, "contains_all": Wants.SEVERAL, **_SET},
    Type.MEMBER: {**_SAME, **_SET},
    Type.MOMENT: {
        "before": Wants.ONE,
        "after": Wants.ONE,
        "older_than_s": Wants.SECONDS,
        "newer_than_s": Wants.SECONDS,
        "within_hours": Wants.CALENDAR,
        "outside_hours": Wants.CALENDAR,
        **_SET,
    },
    Type.OPEN: {**_SAME, **_WITHIN, **_MORE, **_SET},
}
