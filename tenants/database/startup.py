"""What is asked of a database before anything trusts it: its version, its role, and that no pooler mixes sessions.

Must not go through Django's connection: it is the ground that connection stands on.
"""

import secrets
from typing import Any

import psycopg
from django.core.management.base import CommandError

from tenants.database.patient import connect
from tenants.database.versions import SUPPORTED_MAJORS


class UnsafeDatabase(CommandError):
    """The database cannot be used as it is. Every command ends with its one line, which says what to do."""


def refuse_unsafe_database(*, dsn: str) -> None:
    """Raise UnsafeDatabase unless the server and whatever stands before it are fit for tenants."""
    try:
        with connect(dsn) as first, connect(dsn) as second:
            _refuse_version(first.info.server_version // 10000)
            refuse_role(first)
            refuse_pooler(first, second)
    except psycopg.OperationalError as error:
        reason = str(error).strip().split("\n")[0]
        raise UnsafeDatabase(f"The database does not answer ({reason}): check DATABASE_URL.") from error


def _refuse_version(major: int) -> None:
    if major not in SUPPORTED_MAJORS:
        oldest, newest = SUPPORTED_MAJORS[0], SUPPORTED_MAJORS[-1]
        raise UnsafeDatabase(f"PostgreSQL {oldest} to {newest} is needed; this server is {major}.")


def refuse_role(connection: Any) -> None:
    """Raise UnsafeDatabase if the login role cannot make tenants' roles and schemas."""
    row = connection.execute(
        "SELECT rolname, rolcreaterole OR rolsuper, has_database_privilege(current_database(), 'CREATE'),"
        " current_database() FROM pg_roles WHERE rolname = session_user"
    ).fetchone()
    role, may_make_roles, may_make_schemas, database = row
    if not may_make_roles:
        raise UnsafeDatabase(f'The role "{role}" cannot make tenants: run ALTER ROLE "{role}" CREATEROLE.')
    if not may_make_schemas:
        raise UnsafeDatabase(f'The role "{role}" must own the database: ALTER DATABASE "{database}" OWNER TO "{role}".')


def refuse_pooler(first: Any, second: Any) -> None:
    """Raise UnsafeDatabase if two open connections turn out to share server sessions, as transaction pooling does.

    A setting made on the first must stay there, on the same backend, while the second is inside a transaction, and
    must never be seen by the second.
    """
    mark = secrets.token_hex(8)
    first.execute("SELECT set_config('app.probe', %s, false)", [mark])
    home = _where(first)
    with second.transaction():
        other = _where(second)
        again = _where(first)
    if home != again or home[1] != mark or other[1] == mark or other[0] == home[0]:
        raise UnsafeDatabase(
            "A pooler before the database shares sessions between clients, which mixes tenants:"
            " connect directly, or set its pool_mode to session."
        )


def _where(connection: Any) -> tuple[int, str]:
    row: tuple[int, str] = connection.execute(
        "SELECT pg_backend_pid(), coalesce(current_setting('app.probe', true), '')"
    ).fetchone()
    return row
