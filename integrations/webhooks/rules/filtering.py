"""Which events of its kinds an endpoint is told: of which inboxes, and with what in the body. Pure: no I/O, no clock.

What is personal filters nothing: whoever may not see it would learn it from what comes.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from tenants.refusals import Invalid

MOST_INBOXES: Final = 50
MOST_FIELDS: Final = 10
MOST_VALUES: Final = 20
LONGEST: Final = 100
Value = str | int | bool


class Filters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event passes if it belongs to a conversation of one of `inboxes` (none: of any, or to none at all).

    And if each of `fields` that its body has is one of the values given there.
    """

    inboxes: list[str] = []
    fields: dict[str, list[Value]] = {}


def check_filters(*, filters: Filters, inboxes: Collection[str], fields: Collection[str]) -> Filters:
    """Answer them, inboxes sorted and each once; raise Invalid for an inbox or a field that there is not."""
    if len(filters.inboxes) > MOST_INBOXES or not set(inboxes).issuperset(filters.inboxes):
        raise _wrong("filters.inboxes", "Keys of inboxes.")
    if len(filters.fields) > MOST_FIELDS or not set(fields).issuperset(filters.fields):
        raise _wrong("filters.fields", "Names of fields of events, none of which is personal.")
    for name, values in filters.fields.items():
        if not 0 < len(values) <= MOST_VALUES or any(len(str(value)) > LONGEST for value in values):
            raise _wrong(f"filters.fields.{name}", f"From one to {MOST_VALUES} words, numbers or truths.")
    return Filters(inboxes=sorted(set(filters.inboxes)), fields=filters.fields)


def passes(*, filters: Filters, body: Mapping[str, Any], inbox: str | None) -> bool:
    """Tell whether an event is told; `inbox` is that of its conversation, if it belongs to one."""
    if filters.inboxes and inbox not in filters.inboxes:
        return False
    return all(name not in body or _is_one(body[name], values) for name, values in filters.fields.items())


def _is_one(said: Any, values: Collection[Value]) -> bool:
    """Tell whether it is one of them, or is a list with one of them."""
    found = said if isinstance(said, list) else [said]
    return any(type(one) is type(value) and one == value for one in found for value in values)


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])
