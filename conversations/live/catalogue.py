"""The protocol and the kinds of events as documents, generated from the code that speaks them."""

from typing import Any, get_args

import msgspec

from conversations.engine.events import get_kinds
from conversations.live.answers import ServerFrame
from conversations.live.frames import ClientFrame

_REF = "#/components/schemas/{name}"


def render_asyncapi() -> dict[str, Any]:
    """Answer live protocol v1 as an AsyncAPI 3.0 document."""
    client, server = get_args(ClientFrame), get_args(ServerFrame)
    _, schemas = msgspec.json.schema_components([*client, *server], ref_template=_REF)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Yunke live protocol",
            "version": "1",
            "description": "JSON text frames over a websocket at /live/v1 on the tenant's host.",
        },
        "channels": {
            "live": {"address": "/live/v1", "messages": {_name(cls): _message(cls) for cls in (*client, *server)}}
        },
        "operations": {"say": _operation("receive", client), "answer": _operation("send", server)},
        "components": {"schemas": schemas},
    }


def render_events() -> dict[str, Any]:
    """Answer every kind of event: who may see it (some take a permission), what is personal, its body's schema."""
    return {
        kind: {
            "audience": cls.audience.value,
            "permission": cls.permission,
            "personal": sorted(cls.personal),
            "body": msgspec.json.schema(cls),
        }
        for kind, cls in sorted(get_kinds().items())
    }


def _name(cls: type[msgspec.Struct]) -> str:
    return cls.__name__


def _message(cls: type[msgspec.Struct]) -> dict[str, Any]:
    summary = (cls.__doc__ or "").strip().split("\n")[0]
    return {"name": cls.__struct_config__.tag, "summary": summary, "payload": {"$ref": _REF.format(name=_name(cls))}}


def _operation(action: str, words: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/live/messages/{_name(cls)}"} for cls in words]
    return {"action": action, "channel": {"$ref": "#/channels/live"}, "messages": messages}
