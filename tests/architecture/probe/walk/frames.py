"""The live protocol: sockets, frames of both directions, topics, and the signals of the bus."""

from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

from conversations.engine.hints import Signal
from conversations.live.answers import ServerFrame
from conversations.live.frames import ClientFrame
from conversations.live.topics import Topic
from tests.architecture.probe.classes import Found
from tests.architecture.probe.walk.routes import naming_fields


def find() -> Iterator[Found]:
    """Answer each by its class, topics by their kind."""
    for cls in get_args(ClientFrame):
        ids = frozenset(naming_fields(cls)) | (frozenset({"topic"}) & set(cls.__struct_fields__))
        yield _found(f"frame {cls.__name__}", f'frame("{cls.__name__}", WHO..., field=Id....),', ids)
    for cls in get_args(ServerFrame):
        yield _found(f"answer {cls.__name__}", f'answer("{cls.__name__}", WHO...),')
    for kind in get_args(get_type_hints(Topic)["kind"]):
        yield _found(f"topic {kind}", f'topic("{kind}", WHO...),')
    for cls in get_args(Signal):
        name = f"signal {cls.__name__}"
        yield _found(name, f'Entry(name="{name}", who=INSIDE, bound=Bound.NAMED, why="..."),')
    for route in _sockets():
        name = f"socket {route}"
        yield _found(name, f'Entry(name="{name}", who=WHO..., bound=Bound.SIGNED, why="..."),')


def _found(name: str, line: str, ids: frozenset[str] = frozenset()) -> Found:
    return Found(name=name, file="live.py", line=line, ids=ids)


def _sockets() -> Iterator[str]:
    from config.asgi import _routes  # noqa: PLC0415 - importing it puts the application together

    router: Any = _routes.application_mapping["websocket"]
    while not hasattr(router, "routes"):
        router = router.inner
    for route in router.routes:
        yield str(route.pattern)
