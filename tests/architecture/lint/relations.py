"""Rules about models: what may not tie rows of a tenant to anything outside its schema, and no hidden behaviour."""

import ast
from collections.abc import Iterator

from tests.architecture.lint.source import Found, Source

TENANT_APPS = ("conversations/", "integrations/")
SHARED_PACKAGES = ("tenants", "billing", "django.contrib")
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
ROOMS = "conversations"
GROUND = {"engine", "definitions"}  # what every room stands on
INSIDE = {"models", "projections", "reactions", "api"}
SHARED_USER = "django.conf.settings.AUTH_USER_MODEL"


def signal_receiver(source: Source) -> Iterator[Found]:
    """A receiver is behaviour that nobody sees at the call, and that bulk writes and the log's writer skip.

    Whatever must follow is written in the command, or reads the log.
    """
    if source.is_test:
        return
    for line, name in source.imported():
        if name.startswith(("django.db.models.signals", "django.dispatch")):
            yield line, f"{name}: write it in the command, or as a reader of the log"


def content_types(source: Source) -> Iterator[Found]:
    """Content types are cached for the whole process, and their numbers differ from one tenant's schema to the next."""
    if source.is_test:
        return
    found = {*source.imported(), *source.strings()}
    for line, name in sorted(found):
        if name.startswith("django.contrib.contenttypes"):
            yield line, "content types and generic foreign keys have no place here"


def foreign_key_to_shared(source: Source) -> Iterator[Found]:
    """A foreign key from a tenant's schema to public lets rows of tenants hold each other, and Citus refuses it.

    Keep the id in a UUIDField.
    """
    if not source.is_under(*TENANT_APPS) or "migrations" in source.path.parts:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and source.resolve(node.func).rpartition(".")[2] in RELATIONS:
            target = _target(source, node)
            if target == SHARED_USER or target.startswith(tuple(f"{package}." for package in SHARED_PACKAGES)):
                yield node.lineno, f"relation to {target}, which is in public: keep its id in a UUIDField"


def side_door(source: Source) -> Iterator[Found]:
    """A room is entered through its events, commands and queries, so that what is inside can change.

    Its models may be named by another room's models (foreign keys) and by conversations/models.py.
    """
    if source.path.parts[0] != ROOMS or source.path.name == "models.py":
        return
    room = source.path.parts[1]
    for line, name in source.imported():
        parts = name.split(".")
        if parts[0] == ROOMS and parts[1] not in {room, *GROUND} and INSIDE & set(parts[2:]):
            yield line, f"{name} is the inside of another room: use its events, commands or queries"


def _target(source: Source, call: ast.Call) -> str:
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "to")]
    if not given:
        return ""
    if isinstance(given[0], ast.Constant):
        return str(given[0].value)
    return source.resolve(given[0])


RULES = (signal_receiver, content_types, foreign_key_to_shared, side_door)
