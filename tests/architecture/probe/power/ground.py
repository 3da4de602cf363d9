"""Leaks in the ground: the backend, the pools, the context, roles and rows."""

from importlib import import_module
from typing import Any, Final
from unittest.mock import patch

from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper as Stock

from tenants.context import Scope, TenantRef
from tenants.database.session import SessionState
from tests.architecture.probe import ground
from tests.architecture.probe.power.seeding import Check, Place, Seeded, instead, statements

HEAD: Final = """
CREATE OR REPLACE FUNCTION public.head_schema(for_schema text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN RETURN coalesce(for_schema, current_setting('role')); END $$
"""


SESSIONS: Final = Check("sessions", lambda place: ground.check_sessions(place.ours, place.theirs))
ROLES: Final = Check("roles", lambda place: ground.check_roles(place.ours, place.theirs))
ROWS: Final = Check("rows", lambda place: ground.check_rows(place.ours, place.theirs))
POOL: Final = Check("pool", lambda place: ground.check_pool(place.ours, place.theirs))
RETURNED: Final = Check("returned", lambda place: ground.check_returned(place.ours))
COMMITS: Final = Check("commits", lambda place: ground.check_commits(place.ours, place.theirs))


def _only_first(match: Any, _: Place) -> Any:
    return lambda self, wanted: None if self._state is not None else match(self, wanted)


def _parameters(**changes: str) -> Any:
    """Answer SessionState.parameters with something else in one of its places."""

    def read(self: SessionState) -> tuple[str, ...]:
        said = {"role": self.role, "search_path": self.search_path, "tenant": self.tenant}
        return (*(changes.get(name, value) for name, value in said.items()), self.statement_timeout)

    return lambda _, __: property(read)


class _Shared:
    """What a ContextVar would be if all threads shared it."""

    def __init__(self) -> None:
        self._value: Scope = None

    def get(self) -> Scope:
        return self._value

    def set(self, value: Scope) -> Scope:
        before, self._value = self._value, value
        return before

    def reset(self, before: Scope) -> None:
        self._value = before


def _as_first(state_for: Any, place: Place) -> Any:
    return lambda scope: state_for(place.ours.tenant if isinstance(scope, TenantRef) else scope)


def _unreset(place: Place) -> Any:
    pool: Any = getattr(connection, "pool")  # noqa: B009 # Django's stubs do not know pools
    return patch.object(pool, "_reset", lambda *_: None)


LEAKS: Final = (
    Seeded(
        "the session stays what it was first",
        instead("tenants.database.base.DatabaseWrapper._match", _only_first),
        SESSIONS,
    ),
    Seeded(
        "the role is not taken on",
        instead("tenants.database.session.SessionState.parameters", _parameters(role="none")),
        SESSIONS,
    ),
    Seeded(
        "the path leads to public",
        instead("tenants.database.session.SessionState.parameters", _parameters(search_path="public")),
        SESSIONS,
    ),
    Seeded(
        "app.tenant is not said",
        instead("tenants.database.session.SessionState.parameters", _parameters(tenant="")),
        SESSIONS,
    ),
    Seeded(
        "a borrowed connection is taken for the one that was given back",
        instead("tenants.database.base.DatabaseWrapper.get_new_connection", lambda _, __: Stock.get_new_connection),
        SESSIONS,
    ),
    Seeded("the scope is the process's", instead("tenants.context._scope", lambda _, __: _Shared()), SESSIONS),
    Seeded("connections go back as they are", _unreset, RETURNED),
    Seeded(
        "the pool asks as whoever was first",
        instead("tenants.database.pool.state_for", _as_first),
        POOL,
    ),
    Seeded(
        "rows do not know whose they are",
        instead("tenants.database.models._checked", lambda _, __: lambda **said: said["stamp"]),
        ROWS,
    ),
    Seeded(
        "managers make plain querysets",
        instead(
            "tenants.database.models.TenantManager.get_queryset",
            lambda _, __: lambda self: models.QuerySet(self.model, using=self._db),
        ),
        ROWS,
    ),
    Seeded(
        "after COMMIT acts whoever is there",
        instead("tenants.context.on_commit", lambda _, __: transaction.on_commit),
        COMMITS,
    ),
    Seeded(
        "a role may read another schema",
        statements(
            lambda p: (
                f'GRANT USAGE ON SCHEMA "{p.theirs.tenant.schema}" TO "{p.ours.tenant.schema}";'
                f' GRANT SELECT ON ALL TABLES IN SCHEMA "{p.theirs.tenant.schema}" TO "{p.ours.tenant.schema}"'
            ),
            lambda p: (
                f'REVOKE ALL ON ALL TABLES IN SCHEMA "{p.theirs.tenant.schema}" FROM "{p.ours.tenant.schema}";'
                f' REVOKE ALL ON SCHEMA "{p.theirs.tenant.schema}" FROM "{p.ours.tenant.schema}"'
            ),
        ),
        ROLES,
    ),
    Seeded(
        "roles may read persons",
        statements(
            lambda _: f'GRANT SELECT ON public.persons TO "{settings.YUNKE_TENANTS_ROLE}"',
            lambda _: f'REVOKE SELECT ON public.persons FROM "{settings.YUNKE_TENANTS_ROLE}"',
        ),
        ROLES,
    ),
    Seeded(
        "the writer may read definitions",
        statements(
            lambda p: f'GRANT SELECT ON "{p.theirs.tenant.schema}".definition TO "{settings.YUNKE_WRITER_ROLE}"',
            lambda p: f'REVOKE SELECT ON "{p.theirs.tenant.schema}".definition FROM "{settings.YUNKE_WRITER_ROLE}"',
        ),
        ROLES,
    ),
    Seeded("the head does not ask who asks", statements(lambda _: HEAD, lambda _: _head_as_it_was()), ROLES),
)


def _head_as_it_was() -> str:
    migration: Any = import_module("tenants.migrations.0002_positions")
    text: str = migration.HEAD_SCHEMA.format(writer=settings.YUNKE_WRITER_ROLE)
    return text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
