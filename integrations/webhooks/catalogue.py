"""The catalogue of what webhooks send: a JSON Schema of the body for each kind of event, made of the types."""

from typing import Any, Final

import msgspec

from conversations.engine.events import Fact, get_kinds
from integrations.webhooks.payload import Payload

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_REF: Final = "#/$defs/{name}"


def render_webhooks() -> dict[str, Any]:
    """Answer the schemas by the kind of event, which carries its version; what is personal may be null."""
    kinds = get_kinds()
    _, defs = msgspec.json.schema_components([Payload, *kinds.values()], ref_template=_REF)
    for fact in kinds.values():
        _let_be_null(defs[fact.__name__], fact)
    return {
        "$schema": DRAFT,
        "kinds": {kind: _schema(kind, fact) for kind, fact in sorted(kinds.items())},
        "$defs": defs,
    }


def _schema(kind: str, fact: type[Fact]) -> dict[str, Any]:
    """Answer the envelope, narrowed to one kind."""
    body = {"$ref": _REF.format(name=fact.__name__)}
    narrowed = {"type": {"const": kind}, "data": {"properties": {"kind": {"const": kind}, "body": body}}}
    return {"allOf": [{"$ref": _REF.format(name=Payload.__name__)}, {"properties": narrowed}]}


def _let_be_null(schema: dict[str, Any], fact: type[Fact]) -> None:
    """Let personal fields be null: they are for endpoints without leave to see them, and where they were erased."""
    for name in fact.personal:
        if schema["properties"][name]:  # one of any type may be null already
            schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}
