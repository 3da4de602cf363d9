"""Rules about who knows and switches the tenant: tenants/context.py and the database backend, nobody else."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.lint.source import Found, Source

BACKEND = "tenants/database/"
STOCK_CONTEXTS = re.compile(r"django_tenants\.(utils\.)?(schema_context|tenant_context|tenant_migration)")
STOCK_SWITCHES = {"set_tenant", "set_schema", "set_schema_to_public"}
STOCK_STATE = {"schema_name", "tenant"}
SQL_SWITCH = re.compile(
    r"\bsearch_path\b|\bset_config\s*\(|\b(re)?set\s+((local|session)\s+)?role\b"
    r"|\bset\s+((local|session)\s+)?session\s+authorization\b|\breset\s+all\b|\bdiscard\s+all\b",
    re.IGNORECASE,
)
SQL_SWITCHERS = (
    BACKEND,
    "tenants/migrations/",  # SECURITY DEFINER functions must pin their own search_path
    "conversations/engine/lane",  # takes on its own role, once a connection
    "conversations/engine/saying",  # how long the writer waits for a lock
)


def stock_tenant_switch(source: Source) -> Iterator[Found]:
    """django-tenants keeps the tenant on the connection object: another thread or task reads the wrong one.

    Reproduced: 100 of 200 reads in the wrong tenant. Say `with tenant_context(tenant):` of tenants.context.
    """
    if source.is_test or source.is_under(BACKEND):
        return
    for line, name in source.imported():
        if STOCK_CONTEXTS.match(name):
            yield line, f"{name}: use tenants.context instead"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            if node.attr in STOCK_SWITCHES:
                yield node.lineno, f".{node.attr}(): use tenants.context instead"
            elif node.attr in STOCK_STATE and _is_connection(node.value):
                yield node.lineno, f"connection.{node.attr} is `public` in a coroutine: use current_tenant()"


def _is_connection(node: ast.expr) -> bool:
    """Whether it reads as a Django connection: `connection`, `x.connection`, `connections[...]`."""
    if isinstance(node, ast.Subscript):
        node = node.value
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in {"connection", "connections"}


def sql_session_switch(source: Source) -> Iterator[Found]:
    """SQL that changes role, search_path or settings of a session walks around the ContextVar that everybody trusts.

    Only the backend does that, before every statement, and the engine's writer for its own role.
    """
    if source.is_test or source.is_under(*SQL_SWITCHERS):
        return
    for line, text in source.strings():
        match = SQL_SWITCH.search(text)
        if match:
            yield line, f"`{match.group()}` in SQL: only tenants/database may change what a session is"


def stock_on_commit(source: Source) -> Iterator[Found]:
    """Django runs on_commit callbacks under whatever tenant is set when the outermost block ends.

    tenants.context.on_commit remembers the tenant of the caller.
    """
    if source.is_test or source.is_under("tenants/context.py"):
        return
    found = {*source.imported(), *source.used()}
    for line in sorted({line for line, name in found if name == "django.db.transaction.on_commit"}):
        yield line, "django.db.transaction.on_commit: use tenants.context.on_commit"


def stock_sync_to_async(source: Source) -> Iterator[Found]:
    """database_sync_to_async hops between threads and closes connections: each call may see another tenant's session.

    Live code uses the async pool of tenants/database/pool.py, which names the tenant for each transaction.
    """
    if source.is_under("tests/benchmarks/textbook"):  # what ours is compared with
        return
    for line, name in source.imported():
        if name.startswith("channels.db"):
            yield line, "database_sync_to_async: use tenants.database.pool"


def bare_cache(source: Source) -> Iterator[Found]:
    """A cache key without the tenant in it is shared by all: keys come from one builder, tenants/cache.py."""
    if source.is_test or source.is_under("tenants/cache.py"):
        return
    for line, name in source.imported():
        if name.startswith("django.core.cache"):
            yield line, "django.core.cache: use the key builder of tenants/cache.py"


RULES = (stock_tenant_switch, sql_session_switch, stock_on_commit, stock_sync_to_async, bare_cache)
