"""The pool of ready schemas: taken at sign-up, never when stale, never twice, and given back when a sign-up fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from tenants.context import platform_context
from tenants.database.clone import digest
from tenants.models import ReadySchema
from tenants.provisioning.ready import count_ready, refill
from tenants.provisioning.refusals import SlugTaken
from tests.conftest import MakeTenant

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def pool(database: str) -> Iterator[None]:
    """Keep three schemas ready, and none after the test: other tests expect that a sign-up clones."""
    with override_settings(YUNKE_READY_SCHEMAS=3):
        refill(now=NOW)
        yield
    with platform_context():
        ReadySchema.objects.update(state="gone")
    with override_settings(YUNKE_READY_SCHEMAS=0):
        refill(now=NOW)


def ready() -> set[str]:
    with platform_context():
        return set(ReadySchema.objects.values_list("schema", flat=True))


def exists(schema: str) -> tuple[bool, bool]:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regnamespace(%s) IS NOT NULL, to_regrole(%s) IS NOT NULL", [schema, schema])
        found: tuple[bool, bool] = cursor.fetchone()
        return found


def test_a_sign_up_takes_a_ready_schema_that_is_like_the_template(pool: None, make_tenant: MakeTenant) -> None:
    before = ready()
    assert len(before) == count_ready() == 3
    tenant = make_tenant()
    assert tenant.schema in before
    assert ready() == before - {tenant.schema}
    with platform_context(), connection.cursor() as cursor:
        assert digest(cursor, schema=tenant.schema) == digest(cursor, schema=settings.YUNKE_TEMPLATE_SCHEMA)


def test_the_pool_is_filled_up_again_and_not_over(pool: None, make_tenant: MakeTenant) -> None:
    make_tenant()
    with override_settings(YUNKE_READY_SCHEMAS=3):
        assert refill(now=NOW) == 1
        assert refill(now=NOW) == 0
    assert count_ready() == 3


def test_the_pool_grows_with_demand_up_to_its_bound(pool: None, make_tenant: MakeTenant) -> None:
    with override_settings(YUNKE_READY_SCHEMAS=1, YUNKE_MOST_READY_SCHEMAS=5):
        for _ in range(6):
            make_tenant()
        assert count_ready() == 0
        assert refill(now=NOW) == 1, "nobody signed up in those days"
        assert refill(now=datetime.now(UTC) + timedelta(seconds=1)) == 4
        assert refill(now=datetime.now(UTC) + timedelta(seconds=1)) == 0


def test_several_workers_fill_it_once(pool: None, make_tenant: MakeTenant) -> None:
    make_tenant()

    def work(_n: int) -> int:
        try:
            return refill(now=NOW)
        finally:
            connection.close()

    with override_settings(YUNKE_READY_SCHEMAS=5), ThreadPoolExecutor(max_workers=4) as threads:
        made = sum(threads.map(work, range(4)))
        assert made == 3
        assert count_ready() == 5


def test_a_batch_is_whole_and_like_the_template(pool: None) -> None:
    with override_settings(YUNKE_READY_SCHEMAS=6):
        assert refill(now=NOW) == 3
    with platform_context(), connection.cursor() as cursor:
        wanted = digest(cursor, schema=settings.YUNKE_TEMPLATE_SCHEMA)
        assert all(digest(cursor, schema=schema) == wanted for schema in ready())


def test_a_stale_schema_is_never_handed_out_and_dropped_with_its_role(pool: None, make_tenant: MakeTenant) -> None:
    stale = ready()
    with platform_context():
        ReadySchema.objects.update(state="before the last migration")
    tenant = make_tenant()
    assert tenant.schema not in stale
    refill(now=NOW)
    assert not stale & ready()
    assert {exists(schema) for schema in stale} == {(False, False)}


def test_a_sign_up_that_is_refused_gives_its_schema_back(pool: None, make_tenant: MakeTenant) -> None:
    taken = make_tenant()
    before = ready()
    with pytest.raises(SlugTaken):
        make_tenant(slug=taken.slug)
    assert ready() == before


def test_sign_ups_at_once_take_different_schemas_and_an_empty_pool_clones(pool: None, make_tenant: MakeTenant) -> None:
    def one(_n: int) -> str:
        try:
            return make_tenant().schema
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=5) as threads:
        schemas = list(threads.map(one, range(5)))
    assert len(set(schemas)) == 5
    assert count_ready() == 0
