"""Copying the template schema: its DDL is read from the catalog and run again under the same names in a new schema.

Later migrations must find the same names everywhere, so nothing here invents one. What the catalog queries do not read
(views, triggers, functions, policies) a template may not have: `digest`, the tests and `refuse_uncopyable` say so.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tenants.database import catalog
from tenants.database.session import quoted


class Uncopyable(RuntimeError):
    """The template holds something that clone does not copy: a bug in a migration."""


@dataclass(frozen=True, slots=True)
class Blueprint:
    """What makes a schema: statements, and (privileges, table, role) to grant, where the role None is its own."""

    statements: tuple[str, ...]
    grants: tuple[tuple[str, str, str | None], ...]

    def script_for(self, *, role: str) -> str:
        """Answer all of it as one text."""
        grants = (f"GRANT {what} ON {quoted(table)} TO {quoted(to or role)}" for what, table, to in self.grants)
        return ";\n".join((*self.statements, *grants))


# Reading the catalog costs more with every tenant there is, and only migrations change a template: so it is read once
# for each state of its migrations, and never forgotten (a process sees few).
_blueprints: dict[tuple[str, int, int], Blueprint] = {}


def clone_template(cursor: Any, *, schema: str) -> None:
    """Fill the empty `schema` with what the template has; see `clone_many`."""
    clone_many(cursor, schemas=[schema])


def clone_many(cursor: Any, *, schemas: Sequence[str]) -> None:
    """Fill the empty `schemas` with what the template has. Call it in a transaction whose search_path is the template.

    The search_path moves with SET LOCAL (migrations and tenants never do): PostgreSQL's own deparsers leave out schemas
    that are on the path, so a definition read on the template's path is right on the new one.
    """
    blueprint = _blueprint(cursor)
    for schema in schemas:
        cursor.execute(f"SET LOCAL search_path TO {quoted(schema)}")
        cursor.execute(blueprint.script_for(role=schema))


def see_public(cursor: Any) -> None:
    """Put public on the search_path for the rest of the transaction; cloning has left it at the last new schema."""
    cursor.execute("SET LOCAL search_path TO public")


def _blueprint(cursor: Any) -> Blueprint:
    ((newest, count),) = _rows(cursor, "SELECT max(id), count(*) FROM django_migrations")
    key = (settings.YUNKE_TEMPLATE_SCHEMA, newest, count)
    if key not in _blueprints:
        refuse_uncopyable(cursor)
        _blueprints[key] = Blueprint(statements=tuple(_statements(cursor)), grants=tuple(_grants(cursor)))
    return _blueprints[key]


def template_state(cursor: Any) -> str:
    """Answer a digest of the migrations that the template has had: a copy is as good as new while it is the same."""
    table = f"{quoted(settings.YUNKE_TEMPLATE_SCHEMA)}.django_migrations"
    ((names,),) = _rows(cursor, f"SELECT string_agg(app || '.' || name, ' ' ORDER BY id) FROM {table}")  # noqa: S608 # our own name
    return hashlib.sha256(names.encode()).hexdigest()


def _statements(cursor: Any) -> Iterator[str]:
    template = settings.YUNKE_TEMPLATE_SCHEMA
    for table, options in _rows(cursor, catalog.TABLES):
        like = "DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION"
        using = f" WITH ({options})" if options else ""
        yield f"CREATE TABLE {quoted(table)} (LIKE {quoted(template)}.{quoted(table)} INCLUDING {like}){using}"
    for table, name, definition in _rows(cursor, catalog.CONSTRAINTS):
        yield f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)} {definition}"
    for (definition,) in _rows(cursor, catalog.INDEXES):
        yield definition
    # Which migrations have run: the only rows a template has.
    yield f"INSERT INTO django_migrations SELECT * FROM {quoted(template)}.django_migrations"  # noqa: S608 # our own name
    yield "SELECT setval(pg_get_serial_sequence('django_migrations', 'id'), (SELECT max(id) FROM django_migrations))"


def _grants(cursor: Any) -> Iterator[tuple[str, str, str | None]]:
    for table, columns, grantee, privileges in _rows(cursor, catalog.GRANTS):
        role = None if grantee == settings.YUNKE_TEMPLATE_SCHEMA else grantee
        yield f"{privileges} ({columns})" if columns else privileges, table, role


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
