"""Copying the template schema: its DDL is read from the catalog and run again under the same names in a new schema.

Later migrations must find the same names everywhere, so nothing here invents one. What the catalog queries do not read
(views, triggers, functions, policies) a template may not have: `digest`, the tests and `refuse_uncopyable` say so.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from tenants.database import catalog
from tenants.database.session import quoted


class Uncopyable(RuntimeError):
    """The template holds something that clone does not copy: a bug in a migration."""


def clone_template(cursor: Any, *, schema: str) -> None:
    """Fill the empty `schema` with what the template has. Call it in a transaction whose search_path is the template.

    The search_path moves with SET LOCAL (migrations and tenants never do): PostgreSQL's own deparsers
    leave out schemas that are on the path, so a definition read on the template's path is right on the new one.
    """
    script = list(_script(cursor, schema=schema))
    cursor.execute(f"SET LOCAL search_path TO {quoted(schema)}")
    cursor.execute(";\n".join(script))


def _script(cursor: Any, *, schema: str) -> Iterator[str]:
    template = settings.YUNKE_TEMPLATE_SCHEMA
    refuse_uncopyable(cursor)
    tables = _rows(cursor, catalog.TABLES)
    for table, options in tables:
        like = "DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION"
        using = f" WITH ({options})" if options else ""
        yield f"CREATE TABLE {quoted(table)} (LIKE {quoted(template)}.{quoted(table)} INCLUDING {like}){using}"
    for table, name, definition in _rows(cursor, catalog.CONSTRAINTS):
        yield f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {definition}"
    for (definition,) in _rows(cursor, catalog.INDEXES):
        yield definition
    yield from _grants(cursor, schema=schema)
    yield from _copied_rows(template)


def _grants(cursor: Any, *, schema: str) -> Iterator[str]:
    for table, columns, grantee, privilege in _rows(cursor, catalog.GRANTS):
        role = schema if grantee == settings.YUNKE_TEMPLATE_SCHEMA else grantee
        narrowed = f" ({columns})" if columns else ""
        yield f"GRANT {privilege}{narrowed} ON {quoted(table)} TO {quoted(role)}"


def _copied_rows(template: str) -> Iterator[str]:
    """Copy which migrations have run: the only rows a template has."""
    yield f"INSERT INTO django_migrations SELECT * FROM {quoted(template)}.django_migrations"  # noqa: S608 # the name is quoted
    yield "SELECT setval(pg_get_serial_sequence('django_migrations', 'id'), (SELECT max(id) FROM django_migrations))"


def refuse_uncopyable(cursor: Any) -> None:
    """Raise Uncopyable if the template has something that would be left behind."""
    found = [f"{kind} {name}" for kind, name in _rows(cursor, catalog.UNCOPYABLE)]
    if found:
        raise Uncopyable(", ".join(found))


def digest(cursor: Any, *, schema: str) -> list[str]:
    """Answer all that the catalog says of a schema, one fact a line, its own names replaced by SELF.

    Call it in platform_context: what is on the search_path would be named without its schema.
    """
    names = {schema: "SELF", quoted(schema): "SELF"}
    cursor.execute(catalog.DIGEST, {"schema": schema})
    return sorted(_without(fact, names) for (fact,) in cursor.fetchall())


def _without(fact: str, names: dict[str, str]) -> str:
    for name, instead in names.items():
        fact = fact.replace(name, instead)
    return fact


def _rows(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    cursor.execute(query)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
