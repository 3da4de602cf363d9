"""Running migrations over schemas: Django's executor, once per schema, in the scope of that schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tenants.context import maintenance_context, platform_context
from tenants.database.locks import MIGRATING, TEMPLATE, lock_key
from tenants.database.patient import connect
from tenants.database.roles import create_schema, create_shared_roles
from tenants.database.startup import refuse_unsafe_database

log = structlog.get_logger(__name__)


@dataclass
class Migrated:
    """What was done in one schema: the migrations run, and the error that stopped it."""

    schema: str
    steps: list[str] = field(default_factory=list)
    error: str = ""


def migrate_everything(*, check: bool = False) -> Iterator[Migrated]:
    """Migrate public, template, tenants in this order, yielding what was done; a broken template raises."""
    refuse_unsafe_database(dsn=settings.YUNKE_DATABASE_DSN)
    with locked(MIGRATING):
        with locked(TEMPLATE):
            yield migrate_public(check=check)
            yield migrate_template(check=check)
        for schema in tenant_schemas():
            yield migrate_tenant(schema=schema, check=check)


@contextmanager
def locked(what: str) -> Iterator[None]:
    """Hold an advisory lock on a connection of its own, so that it ends with this process at the latest."""
    with connect(settings.YUNKE_DATABASE_DSN) as holder:
        holder.patience_s = None
        holder.execute("SELECT pg_advisory_lock(%s)", [lock_key(what)])
        yield


def migrate_public(*, check: bool = False) -> Migrated:
    """Migrate the shared apps; make the shared roles first."""
    with platform_context():
        if not check:
            with transaction.atomic(), connection.cursor() as cursor:
                create_shared_roles(cursor)
        return Migrated("public", _migrate(settings.SHARED_APPS, check=check))


def migrate_template(*, check: bool = False) -> Migrated:
    """Migrate the tenant apps in the template, which is made if it is missing."""
    template = settings.YUNKE_TEMPLATE_SCHEMA
    with maintenance_context(schema=template):
        if not check:
            _make_template(template)
        return Migrated(template, _migrate(settings.TENANT_APPS, check=check))


def _make_template(template: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [template])
        if not cursor.fetchone():
            create_schema(cursor, schema=template)


def migrate_tenant(*, schema: str, check: bool = False) -> Migrated:
    """Migrate one tenant; an error is caught, logged and answered."""
    try:
        with maintenance_context(schema=schema):
            steps = _migrate(settings.TENANT_APPS, check=check)
            return Migrated(schema, steps, "is behind" if check and steps else "")
    except Exception as error:
        log.exception("migration_failed", schema=schema)
        connection.close()
        return Migrated(schema, error=f"{type(error).__name__}: {error}".strip().split("\n")[0])


def tenant_schemas() -> list[str]:
    """Answer the schemas of all tenants that have one, oldest first."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT t.schema FROM tenants t JOIN pg_namespace n ON n.nspname = t.schema ORDER BY t.id")
        return [schema for (schema,) in cursor.fetchall()]


def _migrate(app_names: list[str], *, check: bool) -> list[str]:
    executor = MigrationExecutor(connection)
    labels = {config.label for config in apps.get_app_configs() if config.name in app_names}
    targets = [node for node in executor.loader.graph.leaf_nodes() if node[0] in labels]
    plan = executor.migration_plan(targets)
    if plan and not check:
        executor.migrate(targets, plan=plan)
    return [str(migration) for migration, _backwards in plan]
