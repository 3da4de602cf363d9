"""The database backend (ENGINE "tenants.database"): a session is always what the ContextVar says, or nothing runs.

The settings are changed only outside transactions, so that no rollback can revert them behind our back.
"""

from types import TracebackType
from typing import Any, Never, cast

from django.db import NotSupportedError
from django.db.backends.postgresql import base as postgresql
from django.db.utils import DatabaseErrorWrapper
from django.utils.functional import cached_property
from psycopg import Connection, Cursor, Error, errors

from tenants.context import Maintenance, Platform, Scope, TenantRef, TenantSwitch, find_scope
from tenants.database.patient import QUICK_S, PatientConnection
from tenants.database.session import RESET_SESSION, SET_FOR_SESSION, SessionState, state_for
from tenants.database.versions import CLOSED, SUPPORTED_MAJORS
from tenants.refusals import Suspended


def reset_session(connection: Connection[Any]) -> None:
    """Make a connection that goes back to its pool nobody's: role, settings, cursors, LISTENs, advisory locks."""
    if isinstance(connection, PatientConnection):
        connection.patience_s = QUICK_S
    connection.autocommit = True
    connection.execute(RESET_SESSION)


class _Errors(DatabaseErrorWrapper):
    """Django's own, and one more: what a closed tenant's session may not write is refused, whoever tried it."""

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(find_scope(), TenantRef) and _is_closed(exc_value):
            raise Suspended from exc_value
        super().__exit__(exc_type, exc_value, traceback)


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """Django's PostgreSQL backend, bound to the scope of tenants.context at every cursor and transaction."""

    _state: SessionState | None = None

    @cached_property
    def wrap_database_errors(self) -> DatabaseErrorWrapper:
        """Answer what turns psycopg's errors into Django's."""
        return _Errors(self)

    @property
    def pool(self) -> Any:
        """Answer the pool, with the reset without which it would hand out other people's sessions."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if isinstance(options, dict):
            options["reset"] = reset_session
        return super().pool  # type: ignore[misc] # the stubs do not know pools

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open or borrow a connection, of whose settings nothing is known."""
        self._state = None
        return super().get_new_connection(conn_params)

    def _cursor(self, name: str | None = None) -> Any:
        wanted = state_for(find_scope())
        self.ensure_connection()
        self._match(wanted)
        return super()._cursor(name)  # type: ignore[misc] # the stubs leave it out

    def repeating_cursor(self) -> Any:
        """Answer a cursor for texts that are said again and again: PostgreSQL plans each once a session.

        A text must name its schema: the plan of one that does not would be made anew for each tenant.
        """
        wanted = state_for(find_scope())
        self.ensure_connection()
        self._match(wanted)
        with self.wrap_database_errors:
            return self._prepare_cursor(Cursor(self._driver()))  # type: ignore[attr-defined] # the stubs leave it out

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 # Django's own shape
        if not autocommit and self.get_autocommit():
            self._match(state_for(find_scope()))
        super()._set_autocommit(autocommit)  # type: ignore[misc] # the stubs leave it out

    def _match(self, wanted: SessionState) -> None:
        """Set the session to `wanted` unless it is; inside a transaction refuse instead."""
        if wanted == self._state:
            return
        if not self.autocommit:
            raise TenantSwitch("the tenant changed inside a transaction")
        self._state = None
        driver = self._driver()
        with self.wrap_database_errors:
            driver.execute(SET_FOR_SESSION, wanted.parameters)
        if isinstance(driver, PatientConnection):
            driver.be_as_patient_as(wanted.statement_timeout)
        self._state = wanted

    def _driver(self) -> Connection[Any]:
        return cast("Connection[Any]", self.connection)

    @property
    def pg_version(self) -> int:
        """Answer the server's version without a cursor, so that connecting needs no scope."""
        self.ensure_connection()
        return self._driver().info.server_version

    def check_database_version_supported(self) -> None:
        """Refuse a server that that we do not run on, in one line."""
        major = self.pg_version // 10000
        if major not in SUPPORTED_MAJORS:
            raise NotSupportedError(
                f"PostgreSQL {SUPPORTED_MAJORS[0]} to {SUPPORTED_MAJORS[-1]} is needed; this server is {major}."
            )

    @property
    def schema_name(self) -> str:
        """Answer the schema of the scope: what django-tenants' TenantSyncRouter asks for."""
        return _schema_of(find_scope())

    def set_tenant(self, *_args: object, **_kwargs: object) -> Never:
        """Refuse django-tenants' way to switch: it belongs to a thread's connection, not to the running task."""
        raise TenantSwitch("use tenants.context, the only way to set a tenant")

    set_schema = set_schema_to_public = set_tenant


def _is_closed(error: object) -> bool:
    return isinstance(error, errors.ReadOnlySqlTransaction) or (isinstance(error, Error) and error.sqlstate == CLOSED)


def _schema_of(scope: Scope) -> str:
    match scope:
        case TenantRef(schema=schema) | Maintenance(schema=schema):
            return schema
        case Platform() | None:
            return "public"
