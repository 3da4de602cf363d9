"""Deleting a company: asked by its owner with the password, taken back until its day, and then gone for good."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client

from tenants.context import TenantRef, platform_context, tenant_context
from tenants.database.roles import drop_schema
from tenants.mail.models import Mail
from tenants.members.commands import add_member
from tenants.members.member import Member
from tenants.models import Membership, Person, Tenant, Tombstone
from tenants.provisioning import sign_up
from tenants.provisioning.deletion import ask_for_deletion, delete_due, forget_addresses, take_deletion_back
from tenants.provisioning.refusals import SlugTaken
from tenants.provisioning.suspension import resume, suspend
from tenants.queries import find_tenant_by_host
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
DUE = NOW + timedelta(days=30)
JSON = "application/json"


@pytest.fixture(autouse=True)
def nobody_else_is_due(database: str) -> None:
    """What other tests have left behind is not deleted here."""
    with platform_context():
        Tenant.objects.exclude(delete_at=None).update(deletion_asked_at=None, delete_at=None)


@pytest.fixture
def owner(tenant: TenantRef, make_member: MakeMember) -> Member:
    return make_member(tenant, role="owner")


@pytest.fixture
def browser(tenant: TenantRef, owner: Member, client_for: ClientFor) -> Client:
    return client_for(tenant, owner)


def ask(tenant: TenantRef, owner: Member) -> None:
    with tenant_context(tenant):
        ask_for_deletion(by=owner, password=PASSWORD, language="en", now=NOW)


def found(tenant: TenantRef) -> TenantRef | None:
    return find_tenant_by_host(host=f"{tenant.slug}.localhost")


def test_an_owner_asks_and_takes_back(tenant: TenantRef, owner: Member, browser: Client) -> None:
    asked = browser.post("/api/v1/company/deletion", {"password": PASSWORD}, content_type=JSON)
    assert asked.status_code == 202
    until = asked.json()["delete_at"][:10]
    again = browser.post("/api/v1/company/deletion", {"password": PASSWORD}, content_type=JSON)
    assert again.json()["code"] == "deletion_asked"
    refused = browser.post("/api/v1/keys", {"name": "x", "scopes": ["members.view"]}, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "suspended")
    assert until in refused.json()["detail"]
    assert until in browser.get("/").content.decode()
    assert browser.delete("/api/v1/company/deletion").status_code == 204
    assert browser.delete("/api/v1/company/deletion").status_code == 404
    made = browser.post("/api/v1/keys", {"name": "x", "scopes": ["members.view"]}, content_type=JSON)
    assert made.status_code == 201
    with platform_context():
        mails = Mail.objects.filter(tenant=tenant.id, to=owner.email).order_by("id")
        assert [mail.template for mail in mails] == ["deletion_asked", "deletion_taken_back"]


def test_a_password_is_asked_for(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        wrong = browser.post("/api/v1/company/deletion", {"password": "no"}, content_type=JSON)
        assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    slowed = browser.post("/api/v1/company/deletion", {"password": PASSWORD}, content_type=JSON)
    assert slowed.json()["code"] == "too_many_tries"


def test_only_an_owner_asks(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> None:
    client = client_for(tenant, make_member(tenant, role="admin"))
    assert client.post("/api/v1/company/deletion", {"password": PASSWORD}, content_type=JSON).status_code == 403
    assert client.delete("/api/v1/company/deletion").status_code == 403


def test_nothing_goes_before_its_day_nor_what_was_taken_back(tenant: TenantRef, owner: Member) -> None:
    ask(tenant, owner)
    assert delete_due(now=DUE - timedelta(seconds=1)) == []
    with tenant_context(tenant):
        take_deletion_back(by=owner, language="en", now=NOW)
    assert delete_due(now=DUE) == []
    assert found(tenant) == tenant


def test_resuming_saves_nobody(tenant: TenantRef, owner: Member) -> None:
    suspend(slug=tenant.slug, reason="No.", now=NOW)
    ask(tenant, owner)
    still = resume(slug=tenant.slug, now=NOW)
    assert still.closed
    assert still.closed.kind == "deletion"
    assert delete_due(now=DUE) == [tenant.id]


def test_what_is_left(tenant: TenantRef, owner: Member, make_tenant: MakeTenant, browser: Client) -> None:
    """Nothing but a tombstone, and people who are members elsewhere."""
    Shop(tenant=tenant).welcome(text="hello")
    other = make_tenant()
    with platform_context():
        people = set(Membership.objects.filter(tenant_id=tenant.id).values_list("person_id", flat=True))
        mail = Person.objects.get(id=owner.person_id).email
    add_member(tenant=other, email=mail, name="", password="", role="viewer")
    assert browser.get("/").status_code == 200
    ask(tenant, owner)
    assert delete_due(now=DUE) == [tenant.id]
    assert found(tenant) is None
    assert browser.get("/").status_code == 404
    assert set(traces(tenant)) == {"tombstones"}
    with platform_context():
        assert set(Person.objects.filter(id__in=people).values_list("id", flat=True)) == {owner.person_id}
        stone = Tombstone.objects.get(id=tenant.id)
    assert (stone.schema, stone.deleted_at) == (tenant.schema, DUE)
    assert delete_due(now=DUE) == []
    assert found(other)


def traces(tenant: TenantRef) -> list[str]:
    """The tables of public in which anything names the tenant, its slug or its schema; and the schema and the role."""
    traced = []
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        for (table,) in cursor.fetchall():
            named = f"{tenant.id}|{tenant.slug}|{tenant.schema}"
            cursor.execute(f"SELECT count(*) FROM public.{table} t WHERE t::text ~ %s", [named])
            if cursor.fetchone()[0]:
                traced.append(table)
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = %s", [tenant.schema])
        traced += [name for (name,) in cursor.fetchall()]
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = %s", [tenant.schema])
        traced += [name for (name,) in cursor.fetchall()]
    return traced


def test_its_address_is_free_again_in_time(tenant: TenantRef, owner: Member) -> None:
    ask(tenant, owner)
    delete_due(now=DUE)
    said: dict[str, Any] = {"name": "Next", "slug": tenant.slug, "email": "next@example.com", "password": PASSWORD}
    forget_addresses(now=DUE + timedelta(days=89))
    with pytest.raises(SlugTaken):
        sign_up(**said, now=DUE)
    forget_addresses(now=DUE + timedelta(days=91))
    again = sign_up(**said, now=DUE)
    assert again.schema != tenant.schema
    with platform_context():
        assert Tombstone.objects.get(id=tenant.id).slug_digest is None
        assert Tenant.objects.get(id=again.id).state == "active"


def test_whoever_still_reads_is_waited_for(tenant: TenantRef, owner: Member, database: str) -> None:
    ask(tenant, owner)
    with psycopg.connect(database) as reader:
        reader.execute(f'SELECT count(*) FROM "{tenant.schema}".event')
        assert delete_due(now=DUE) == []
        assert found(tenant)
    assert delete_due(now=DUE) == [tenant.id]


def test_one_that_cannot_be_deleted_keeps_no_other(
    make_tenant: MakeTenant, make_member: MakeMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = [make_tenant() for _ in range(2)]
    for tenant in tenants:
        ask(tenant, make_member(tenant, role="owner"))
    real = drop_schema

    def fail(cursor: Any, *, schema: str) -> None:
        if schema == tenants[0].schema:
            raise ZeroDivisionError
        real(cursor, schema=schema)

    monkeypatch.setattr("tenants.provisioning.deletion.drop_schema", fail)
    assert delete_due(now=DUE) == [tenants[1].id]
    monkeypatch.undo()
    assert delete_due(now=DUE) == [tenants[0].id]
