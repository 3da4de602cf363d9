"""The database roles: one group for all tenants, one for the writer, one a schema. Making them needs CREATEROLE."""

from typing import Any, Final

from django.conf import settings

from tenants.database.session import quoted

_PG_16 = 160000
USED: Final = "SELECT EXISTS (SELECT FROM public.tombstones WHERE schema = %s)"


class SchemaUsed(RuntimeError):
    """This schema was a tenant's that is gone."""


def create_role(cursor: Any, *, name: str, within: str | None = None) -> None:
    """Make a NOLOGIN role that the login role may take on (and nothing more), a member of `within`; or do nothing."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    if cursor.fetchone():
        return
    member = f" IN ROLE {quoted(within)}" if within else ""
    cursor.execute(f"CREATE ROLE {quoted(name)} NOLOGIN{member}")
    how = " WITH INHERIT FALSE, SET TRUE" if cursor.connection.info.server_version >= _PG_16 else ""
    cursor.execute(f"GRANT {quoted(name)} TO SESSION_USER{how}")


def create_shared_roles(cursor: Any) -> None:
    """Make the group of all tenants and the writer; runs inside the first migration of the public schema."""
    create_role(cursor, name=settings.YUNKE_TENANTS_ROLE)
    create_role(cursor, name=settings.YUNKE_WRITER_ROLE)


def drop_schema(cursor: Any, *, schema: str) -> None:
    """Drop a schema and its role: one that never had a customer, or one whose tenant is deleted."""
    cursor.execute(f"DROP SCHEMA {quoted(schema)} CASCADE")
    cursor.execute(f"DROP ROLE {quoted(schema)}")


def create_schema(cursor: Any, *, schema: str) -> None:
    """Make a schema with its role. Names are never reused.

    Raises SchemaUsed if there was a tenant with this one, ProgrammingError if the schema is there.
    """
    cursor.execute(USED, [schema])
    if cursor.fetchone()[0]:
        raise SchemaUsed(schema)
    create_role(cursor, name=schema, within=settings.YUNKE_TENANTS_ROLE)
    cursor.execute(f"CREATE SCHEMA {quoted(schema)}")
    for role in (schema, settings.YUNKE_WRITER_ROLE):
        cursor.execute(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(role)}")
