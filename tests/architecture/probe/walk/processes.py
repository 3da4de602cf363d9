"""What runs without a request: readers, chores, ports and what fills them, commands; and what every request passes."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.core.management import get_commands
from django.db import connection

from config.wiring import CHORES, ERRANDS, READERS
from tenants.context import platform_context
from tests.architecture.probe.classes import Found
from tests.architecture.probe.walk.source import find_modules, names_at_top

PRIVILEGED: Final = """
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


def find() -> Iterator[Found]:
    """Answer each by its own name."""
    for reader in READERS:
        yield _found(f"reader {reader.name}")
    for chore in CHORES:
        yield _found(f"chore {chore.__name__}")
    for errand in ERRANDS:
        yield _found(f"errand {errand.do.__name__}")
    for name, app in get_commands().items():
        if app != "django.core":  # what Django itself brings reaches public as nobody's tenant, and is run by operators
            yield _found(f"command {name}")
    yield from _find_ports()
    yield from _find_layers()


def find_privileged() -> Iterator[Found]:
    """Answer the functions of the database that run with their owner's rights. Needs the database."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(PRIVILEGED)
        for (signature,) in cursor.fetchall():
            yield _found(f"function {_types_of(signature)}")


def _types_of(signature: str) -> str:
    name, _, arguments = signature.rstrip(")").partition("(")
    return f"{name}({', '.join(part.rpartition(' ')[2] for part in arguments.split(', '))})"


def _find_ports() -> Iterator[Found]:
    for module in find_modules():
        if module.name.endswith(".ports"):
            loaded = import_module(module.name)
            for name in names_at_top(module):
                yield _found(f"port {module.name}.{name}")
                yield from (_found(f"callback {_name_of(value)}") for value in _values(getattr(loaded, name)))


def _values(port: Any) -> list[Any]:
    values = list(port.values()) if isinstance(port, dict) else list(port) if isinstance(port, list | tuple) else [port]
    return [value for value in values if callable(value) and not isinstance(value, type)]


def _name_of(value: Any) -> str:
    owner = value if hasattr(value, "__qualname__") else type(value)
    return f"{owner.__module__}.{owner.__qualname__}"


def _find_layers() -> Iterator[Found]:
    from config.asgi import _routes  # noqa: PLC0415 - importing it puts the application together

    for name in [f"asgi {kind}" for kind in _routes.application_mapping] + [
        f"middleware {name}" for name in settings.MIDDLEWARE
    ]:
        yield Found(name=name, file="pages.py", line=f'layer("{name}", Bound...., "where it stands"),')


def _found(name: str) -> Found:
    return Found(name=name, file="inside.py", line=f'within("{name}", Bound...., "what binds it"),')
