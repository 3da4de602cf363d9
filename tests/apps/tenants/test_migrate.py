"""`manage.py migrate`: public, template, tenants; one tenant's failure is named and stops no other."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenants.context import TenantRef, maintenance_context
from tenants.database import migrating
from tenants.database.migrating import migrate_everything, migrate_template, tenant_schemas
from tests.conftest import MakeTenant


def forget(tenant: TenantRef) -> list[tuple[Any, ...]]:
    """Delete the tenant's record of its migrations; answer what was deleted."""
    with maintenance_context(schema=tenant.schema), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations RETURNING id, app, name, applied")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def take_back_last(tenant: TenantRef) -> tuple[str, str]:
    """Undo the tenant's last migration; answer which."""
    with maintenance_context(schema=tenant.schema):
        executor = MigrationExecutor(connection)
        (last,) = executor.loader.graph.leaf_nodes("conversations")
        executor.migrate([parent.key for parent in executor.loader.graph.node_map[last].parents])
        return last[0], last[1]


@pytest.fixture(autouse=True)
def _others_are_left_alone(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests leave many tenants; only those that are made from now on are migrated."""
    before = set(tenant_schemas())
    monkeypatch.setattr(migrating, "tenant_schemas", lambda: [name for name in tenant_schemas() if name not in before])


@pytest.fixture
def broken(make_tenant: MakeTenant) -> Iterator[TenantRef]:
    """A tenant whose migrations cannot run: it has the tables and does not know it."""
    tenant = make_tenant()
    rows = forget(tenant)
    yield tenant
    with maintenance_context(schema=tenant.schema), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations")
        cursor.executemany("INSERT INTO django_migrations (id, app, name, applied) VALUES (%s, %s, %s, %s)", rows)


def test_a_second_run_does_nothing(tenant: TenantRef) -> None:
    results = {result.schema: result.steps for result in migrate_everything()}
    assert list(results)[:2] == ["public", settings.YUNKE_TEMPLATE_SCHEMA]
    assert results[tenant.schema] == []
    out = StringIO()
    call_command("migrate", stdout=out)
    call_command("migrate", check=True, stdout=out)
    assert out.getvalue() == ""


def test_a_failure_is_named_and_stops_no_other(broken: TenantRef, make_tenant: MakeTenant) -> None:
    behind = make_tenant()
    take_back_last(behind)
    with pytest.raises(CommandError, match=f"(?s){broken.schema}: ProgrammingError.*already exists"):
        call_command("migrate", stdout=StringIO())
    with pytest.raises(CommandError) as refusal:
        call_command("migrate", check=True, stdout=StringIO())
    assert behind.schema not in str(refusal.value)


def test_check_names_what_is_behind_and_changes_nothing(make_tenant: MakeTenant) -> None:
    behind = make_tenant()
    last = take_back_last(behind)
    for _ in range(2):
        with pytest.raises(CommandError, match=f"{behind.schema}: is behind"):
            call_command("migrate", check=True, stdout=StringIO())
    call_command("migrate", stdout=StringIO())
    with maintenance_context(schema=behind.schema), connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id DESC LIMIT 1")
        assert cursor.fetchone() == last


def test_a_tenant_without_a_schema_is_not_migrated(tenant: TenantRef) -> None:
    assert tenant.schema in tenant_schemas()
    assert settings.YUNKE_TEMPLATE_SCHEMA not in tenant_schemas()


def test_the_template_holds_tenant_apps_alone(database: str) -> None:
    migrate_template()
    with maintenance_context(schema=settings.YUNKE_TEMPLATE_SCHEMA), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT app FROM django_migrations")
        assert sorted(cursor.fetchall()) == [(name,) for name in settings.TENANT_APPS]
