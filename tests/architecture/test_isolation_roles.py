"""isolation.md, the wall behind the wall: what PostgreSQL itself refuses a tenant's role, whatever the code asks."""

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from conversations.definitions.models import Definition
from tenants.context import TenantRef, maintenance_context, platform_context, tenant_context
from tenants.database.clone import digest
from tenants.database.session import quoted
from tests.conftest import MakeTenant
from tests.rows import put, texts


def refused(statement: str, *parameters: str) -> str:
    """Run a statement that PostgreSQL must refuse; answer the SQLSTATE."""
    with pytest.raises(ProgrammingError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    cause = error.value.__cause__
    assert isinstance(cause, psycopg.Error)
    return str(cause.sqlstate)


DENIED = "42501"


@pytest.mark.parametrize(
    "table",
    [
        "tenants",
        "persons",
        "memberships",
        "heads",
        "audit_notes",
        "audit_anchors",
        "live_nonces",
        "sessions",
        "django_migrations",
    ],
)
def test_public_tables_are_closed_to_tenants(tenant: TenantRef, table: str) -> None:
    with tenant_context(tenant):
        assert refused(f"SELECT * FROM public.{table}") == DENIED
        assert refused(f"DELETE FROM public.{table}") == DENIED


def test_another_tenants_schema_is_closed(make_tenant: MakeTenant) -> None:
    one, other = make_tenant(), make_tenant()
    put(tenant=other, text="secret")
    with tenant_context(one):
        for schema in (other.schema, settings.YUNKE_TEMPLATE_SCHEMA):
            assert refused(f"SELECT * FROM {quoted(schema)}.definition") == DENIED
            assert refused(f"INSERT INTO {quoted(schema)}.definition SELECT * FROM definition") == DENIED


def test_a_tenant_may_do_what_was_granted_and_nothing_more(tenant: TenantRef) -> None:
    put(tenant=tenant, text="kept")
    with tenant_context(tenant):
        for forbidden in (
            lambda: Definition.objects.update(kind="x"),
            lambda: Definition.objects.all().delete(),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"):
                forbidden()
        assert refused("UPDATE event SET kind = 'x'") == DENIED
        assert refused("DELETE FROM event") == DENIED
        assert refused("TRUNCATE definition") == DENIED
        assert refused("SELECT * FROM django_migrations") == DENIED
        assert refused("CREATE TABLE mine (x int)") == DENIED
        assert refused("ALTER TABLE definition ADD COLUMN x int") == "42501"
        assert refused("DROP TABLE definition") == DENIED
    assert texts(tenant=tenant) == ["kept"]


def test_the_head_is_reached_only_by_its_functions(make_tenant: MakeTenant) -> None:
    one, other = make_tenant(), make_tenant()
    with tenant_context(one), connection.cursor() as cursor:
        cursor.execute("SELECT public.head_position()")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT public.take_positions(3), public.head_position()")
        assert cursor.fetchone()[0] == before + 3
        cursor.execute("SELECT public.take_positions(2, %s), public.head_position(%s)", [one.schema, one.schema])
        assert cursor.fetchone()[0] == before + 5
        assert refused("SELECT public.take_positions(1, %s)", other.schema) == DENIED
        assert refused("SELECT public.head_position(%s)", other.schema) == DENIED
        assert refused("SELECT public.head_schema(NULL)") == DENIED


def test_positions_only_grow(tenant: TenantRef) -> None:
    with tenant_context(tenant), pytest.raises(Exception, match="positions only grow"), connection.cursor() as cursor:
        cursor.execute("SELECT public.take_positions(-1)")


def test_the_writer_moves_any_head_and_reads_no_person(tenant: TenantRef, database: str) -> None:
    with psycopg.connect(database) as writer:
        writer.execute("SELECT set_config('role', %s, true)", [settings.YUNKE_WRITER_ROLE])
        row = writer.execute("SELECT public.take_positions(1, %s)", [tenant.schema]).fetchone()
        seen = writer.execute("SELECT position FROM public.heads WHERE schema = %s", [tenant.schema]).fetchone()
        assert row == seen
        writer.execute(f"SELECT count(*) FROM {quoted(tenant.schema)}.event")
        for closed in ("public.persons", f"{quoted(tenant.schema)}.definition"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), writer.transaction():
                writer.execute(f"SELECT * FROM {closed}")
        with pytest.raises(psycopg.errors.InvalidParameterValue), writer.transaction():
            writer.execute("SELECT public.take_positions(1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), writer.transaction():
            writer.execute("UPDATE public.heads SET position = 0")


def test_a_dropped_schema_is_an_error_even_where_public_has_such_a_table(tenant: TenantRef, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as owner:
        owner.execute(f"CREATE TABLE public.definition (LIKE {quoted(tenant.schema)}.definition)")
        owner.execute("GRANT ALL ON public.definition TO PUBLIC")
        try:
            owner.execute(f"DROP SCHEMA {quoted(tenant.schema)} CASCADE")
            with pytest.raises(ProgrammingError):
                put(tenant=tenant, text="lost")
            assert owner.execute("SELECT count(*) FROM public.definition").fetchone() == (0,)
        finally:
            owner.execute("DROP TABLE public.definition")
            owner.execute(f"DROP ROLE {quoted(tenant.schema)}")
            owner.execute("DELETE FROM public.memberships WHERE tenant_id = %s", [tenant.id])
            owner.execute("DELETE FROM public.tenants WHERE id = %s", [tenant.id])


def test_a_role_that_is_gone_is_an_error_and_leaves_the_connection_usable(tenant: TenantRef) -> None:
    ghost = TenantRef(id=tenant.id, slug="ghost", schema="t_aaaaaaaaaaaaaaaaaaaa")
    with pytest.raises(Exception, match="does not exist"):
        texts(tenant=ghost)
    assert texts(tenant=tenant) == []


def test_a_clone_is_what_the_template_is(tenant: TenantRef) -> None:
    with platform_context(), connection.cursor() as cursor:
        template = digest(cursor, schema=settings.YUNKE_TEMPLATE_SCHEMA)
        assert digest(cursor, schema=tenant.schema) == template
    assert any(fact.startswith("grant") for fact in template)
    assert any(fact.startswith("constraint") for fact in template)


def test_the_digest_sees_what_differs(make_tenant: MakeTenant) -> None:
    tenant = make_tenant()
    with maintenance_context(schema=tenant.schema), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        for change in (
            "ALTER TABLE definition ADD COLUMN extra text DEFAULT 'x'",
            "CREATE INDEX extra ON definition (version)",
            f"GRANT DELETE ON definition TO {quoted(tenant.schema)}",
        ):
            before = digest(cursor, schema=tenant.schema)
            cursor.execute(change)
            assert digest(cursor, schema=tenant.schema) != before


def test_a_clone_remembers_which_migrations_ran(tenant: TenantRef) -> None:
    query = "SELECT app, name FROM django_migrations ORDER BY id"
    found = []
    for schema in (settings.YUNKE_TEMPLATE_SCHEMA, tenant.schema):
        with maintenance_context(schema=schema), connection.cursor() as cursor:
            cursor.execute(query)
            found.append(cursor.fetchall())
    assert found[0] == found[1] != []
