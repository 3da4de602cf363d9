"""The register of definition kinds: a name and the struct that its bodies must fit."""

from typing import Any, TypeVar

import msgspec

from tenants.bodies import invalid_from
from tenants.refusals import Invalid
from tenants.text import is_storable_json

_KINDS: dict[str, type[msgspec.Struct]] = {}
S = TypeVar("S", bound=msgspec.Struct)


def register_kind(*, kind: str, body: type[msgspec.Struct]) -> None:
    """Declare a kind. Its struct forbids unknown fields and gives every later field a default."""
    if not body.__struct_config__.forbid_unknown_fields:
        raise ValueError(f"{kind}: its struct must forbid unknown fields")
    _KINDS[kind] = body


def check_body(*, kind: str, body: dict[str, Any]) -> msgspec.Struct:
    """Answer the typed body; raise Invalid with the place of the first mistake."""
    if not is_storable_json(data=body):
        raise Invalid(detail="The body holds characters that cannot be kept.")
    try:
        return msgspec.convert(body, _KINDS[kind])
    except msgspec.ValidationError as error:
        raise invalid_from(error=error) from error
