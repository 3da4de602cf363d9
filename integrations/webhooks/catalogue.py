"""The catalogue of what webhooks send: a JSON Schema of the body for each kind of event, made of the types.

Each has an example that was recorded when it happened in a test (tests/recording.py).
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from conversations.engine.events import Fact, get_kinds
from integrations.webhooks.payload import Payload

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
EXAMPLES: Final = Path(__file__).with_name("examples.json")
_REF: Final = "#/$defs/{name}"


def render_webhooks() -> dict[str, Any]:
    """Answer the schemas by the kind of event, which carries its version; what is personal may be null."""
    kinds, examples = get_kinds(), json.loads(EXAMPLES.read_text(encoding="utf-8"))
    _, defs = msgspec.json.schema_components([Payload, *kinds.values()], ref_template=_REF)
    for fact in kinds.values():
        _let_be_null(defs[fact.__name__], fact)
    return {
        "$schema": DRAFT,
        "kinds": {kind: _schema(kind, fact, examples.get(kind)) for kind, fact in sorted(kinds.items())},
        "$defs": defs,
    }


def _schema(kind: str, fact: type[Fact], example: Any) -> dict[str, Any]:
    """Answer the envelope, narrowed to one kind, with its example; a test fails for a kind without one."""
    body = {"$ref": _REF.format(name=fact.__name__)}
    narrowed = {"type": {"const": kind}, "data": {"properties": {"kind": {"const": kind}, "body": body}}}
    allof = [{"$ref": _REF.format(name=Payload.__name__)}, {"properties": narrowed}]
    return {"allOf": allof, "examples": [] if example is None else [example]}


def _let_be_null(schema: dict[str, Any], fact: type[Fact]) -> None:
    """Let personal fields be null: they are for endpoints without leave to see them, and where they were erased."""
    for name in fact.personal:
        if schema["properties"][name]:  # one of any type may be null already
            schema["properties"][name] = {"anyOf": [schema["properties"][name], {"type": "null"}]}
