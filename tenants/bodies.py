"""Request bodies as typed structs: what does not fit, or is not known, is refused field by field."""

import re
from typing import Any, Final, TypeVar

import msgspec

from tenants.refusals import Invalid
from tenants.text import is_storable_json

S = TypeVar("S", bound=msgspec.Struct)
_NAMED: Final = re.compile(r"(missing required|unknown) field `(.*)`")
_SAID: Final = {"missing required": ("missing", "This is needed."), "unknown": ("unknown", "There is no such field.")}
# Python's ends of text, in patterns that are told to whoever speaks another language.
_ENDS: Final = re.compile(r"\\\\Z|\(\?!\[\\\\s\\\\S\]\)")


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The shape of a request's JSON body."""


class Nothing(Body, frozen=True):
    """The body of a request that needs none."""


def read_body(*, data: Any, shape: type[S]) -> S:
    """Answer the body as `shape`; raise Invalid that names the first field that does not fit."""
    if not is_storable_json(data=data):
        raise Invalid(detail="The body holds characters that cannot be kept.")
    try:
        return msgspec.convert(dict(data) if data is not None else {}, shape)
    except (TypeError, ValueError) as error:
        if not isinstance(error, msgspec.ValidationError):
            raise Invalid(detail="The body is not a JSON object.") from error
        raise invalid_from(error=error) from error


def invalid_from(*, error: msgspec.ValidationError) -> Invalid:
    """Turn msgspec's sentence ("... - at `$.name`") into a refusal that names the field."""
    reason, _, path = str(error).partition(" - at `")
    named = _NAMED.search(reason)
    code, detail = _SAID[named[1]] if named else ("invalid", _ENDS.sub("$", reason))
    place = path.rstrip("`").removeprefix("key` in `").removeprefix("$").replace("[...]", "")
    field = ".".join(name.strip(".") for name in (place, named[2] if named else "") if name)
    return Invalid(errors=[{"field": field, "code": code, "detail": detail}])
