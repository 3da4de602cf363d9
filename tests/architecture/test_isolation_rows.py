"""isolation.md, rows and querysets: each knows whose it is and refuses to be another's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count

from conversations.definitions.models import Definition
from tenants.context import NoTenant, TenantRef, WrongTenant, platform_context, tenant_context
from tenants.database.models import new_id
from tests.conftest import MakeTenant
from tests.rows import NOW, put, texts

Two = tuple[TenantRef, TenantRef]


@pytest.fixture
def two(make_tenant: MakeTenant) -> Two:
    return make_tenant(), make_tenant()


@pytest.mark.parametrize(
    "use",
    [
        lambda row: row.save(),
        lambda row: row.save(force_update=True),
        lambda row: row.delete(),
        lambda row: row.refresh_from_db(),
        lambda row: Definition.objects.bulk_create([row]),
        lambda row: Definition.objects.bulk_update([row], ["body"]),
    ],
)
def test_a_row_is_not_used_as_another_tenants_row_with_the_same_key(two: Two, use: Callable[[Any], Any]) -> None:
    one, other = two
    same = new_id()
    put(tenant=one, text="one", id=same)
    put(tenant=other, text="other", id=same)
    with tenant_context(one):
        row = Definition.objects.get(id=same)
    row.body = {"text": "overwritten"}
    with tenant_context(other), pytest.raises(WrongTenant):
        use(row)
    with platform_context(), pytest.raises(WrongTenant):
        use(row)
    assert (texts(tenant=one), texts(tenant=other)) == (["one"], ["other"])


def test_a_row_made_for_one_is_not_written_to_another(two: Two) -> None:
    with tenant_context(two[0]):
        row = Definition(kind="canary", key="k", version=1, body={}, published_at=NOW)
    with tenant_context(two[1]), pytest.raises(WrongTenant):
        row.save()
    assert texts(tenant=two[1]) == []


def test_a_deferred_field_is_not_read_from_another(two: Two) -> None:
    same = new_id()
    put(tenant=two[0], text="one", id=same)
    put(tenant=two[1], text="other", id=same)
    with tenant_context(two[0]):
        row = Definition.objects.defer("body").get(id=same)
    with tenant_context(two[1]), pytest.raises(WrongTenant):
        row.body  # noqa: B018 - reading is the point


@pytest.mark.parametrize(
    "use",
    [
        list,
        len,
        bool,
        lambda rows: rows[0],
        lambda rows: rows.count(),
        lambda rows: rows.exists(),
        lambda rows: rows.contains(Definition()),
        lambda rows: rows.first(),
        lambda rows: rows.filter(key="k"),
        lambda rows: rows.get(key="k"),
        lambda rows: rows.in_bulk(),
        lambda rows: rows.aggregate(n=Count("id")),
        lambda rows: rows.update(kind="x"),
        lambda rows: rows.delete(),
        lambda rows: next(rows.iterator()),
        lambda rows: list(rows.values("key")),
        lambda rows: rows.explain(),
        lambda rows: rows.bulk_update([], ["body"]) or rows.all(),
    ],
)
@pytest.mark.parametrize("evaluated", [False, True])
def test_a_queryset_is_not_used_under_another(two: Two, use: Callable[[Any], Any], *, evaluated: bool) -> None:
    for tenant in two:
        put(tenant=tenant, text=tenant.slug)
    with tenant_context(two[0]):
        rows = Definition.objects.all()
        if evaluated:
            assert rows
    with tenant_context(two[1]), pytest.raises(WrongTenant):
        use(rows)
    assert texts(tenant=two[1]) == [two[1].slug]


@pytest.mark.asyncio
async def test_an_async_iteration_is_not_finished_under_another(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        rows = Definition.objects.all()
    with platform_context(), pytest.raises(WrongTenant):
        await anext(rows.aiterator())


def test_a_queryset_made_where_nothing_is_set_belongs_to_its_first_user(two: Two) -> None:
    for tenant in two:
        put(tenant=tenant, text=tenant.slug)
    anybodys = Definition.objects.filter(kind="canary")
    with tenant_context(two[0]):
        assert [row.body["text"] for row in anybodys] == [two[0].slug]
    with tenant_context(two[1]), pytest.raises(WrongTenant):
        list(anybodys)


def test_nobody_reads_rows_where_nothing_is_set(database: str) -> None:
    with pytest.raises(NoTenant):
        list(Definition.objects.all())


def test_keys_are_made_here_and_sort_by_time() -> None:
    keys = [new_id() for _ in range(50)]
    assert keys == sorted(keys)
    assert {key.version for key in keys} == {7}
