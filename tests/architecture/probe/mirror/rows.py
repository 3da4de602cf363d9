"""All rows of a company, in its schema and in public, and every id among them."""

import re
from typing import Any, Final

from django.db import connection

from conversations.threads.actors import SYSTEM
from tenants.context import maintenance_context, platform_context
from tenants.database.session import quoted
from tests.architecture.probe.mirror.company import Company

UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1"
COLUMNS: Final = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"

# How a table of public says whose a row is: the first of these columns that it has.
OWNERS: Final = ("tenant_id", "tenant", "schema", "person_id")
# Tables of public that say it otherwise, or not at all, and why.
BY_KEY: Final = {"tenants": "tenant", "persons": "person"}
NOBODYS: Final = {
    "django_migrations": "the platform's own",
    "live_nonces": "random numbers, for a minute",
    "platform_answers": "answers on the platform's own host, for a day, to the network that asked",
    "server_leases": "processes, by random numbers",
    "tombstones": "tenants that are gone",
    "tries": "digests, for a while",
}


class Unowned(AssertionError):
    """A table of public does not say whose its rows are: say so in tests/architecture/probe/mirror/rows.py."""


def read_rows(*, company: Company) -> dict[str, list[str]]:
    """Answer every row by its table as text, sorted: all of the schema, and the company's own in public."""
    schema = company.tenant.schema
    with maintenance_context(schema=schema):
        own = {table: _rows(f"SELECT r::text FROM {quoted(table)} r") for table in _tables(schema)}
    own.pop("django_migrations", None)
    with platform_context():
        public = {f"public.{table}": _of_public(table, company) for table in _tables("public") if table not in NOBODYS}
    return own | public


def _of_public(table: str, company: Company) -> list[str]:
    persons = [company.owner.person_id, company.agent.person_id]
    named: dict[str, tuple[str, list[Any]]] = {
        "tenant": ("id", [company.tenant.id]),
        "person": ("id", persons),
    }
    if table in BY_KEY:
        column, values = named[BY_KEY[table]]
    else:
        column = _owner(table)
        values = persons if column == "person_id" else [company.tenant.id]
        values = [company.tenant.schema] if column == "schema" else values
    return _rows(f"SELECT r::text FROM public.{quoted(table)} r WHERE {quoted(column)} = ANY(%s)", values)


def _owner(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        columns = {column for (column,) in cursor.fetchall()}
    for column in OWNERS:
        if column in columns:
            return column
    raise Unowned(table)


def find_ids(*, company: Company) -> frozenset[str]:
    """Answer every UUID in any row of the company, but of who works in both: a person, and the system."""
    found = {id_ for rows in read_rows(company=company).values() for row in rows for id_ in UUID.findall(row)}
    return frozenset(found) - {str(company.both.person_id), str(SYSTEM.id)}


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [schema])
        return [table for (table,) in cursor.fetchall()]


def _rows(query: str, *parameters: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return sorted(text for (text,) in cursor.fetchall())
