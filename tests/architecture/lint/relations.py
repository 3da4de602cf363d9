"""Rules about models: what may not tie rows of a tenant to anything outside its schema, and no hidden behaviour."""

import ast
from collections.abc import Iterator

from tests.architecture.lint.source import Found, Source

TENANT_APPS = ("conversations/", "integrations/")
SHARED_PACKAGES = ("tenants", "billing", "django.contrib")
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
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


def _target(source: Source, call: ast.Call) -> str:
    given = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "to")]
    if not given:
        return ""
    if isinstance(given[0], ast.Constant):
        return str(given[0].value)
    return source.resolve(given[0])


RULES = (signal_receiver, content_types, foreign_key_to_shared)
