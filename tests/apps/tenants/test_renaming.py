"""Another address: the old one leads to it for a year, is nobody else's meanwhile, and the chat goes on under it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.member import Member
from tenants.models import OldSlug
from tenants.provisioning import renaming
from tenants.provisioning.deletion import forget_addresses
from tenants.provisioning.refusals import SlugTaken, TooManyAddresses
from tenants.provisioning.renaming import change_company
from tenants.queries import find_tenant_by_host
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
JSON = "application/json"


@pytest.fixture
def owner(tenant: TenantRef, make_member: MakeMember) -> Member:
    return make_member(tenant, role="owner")


@pytest.fixture
def browser(tenant: TenantRef, owner: Member, client_for: ClientFor) -> Client:
    return client_for(tenant, owner)


def move(tenant: TenantRef, owner: Member, slug: str) -> TenantRef:
    with tenant_context(tenant):
        return change_company(by=owner, slug=slug, now=NOW)


def new_slug(tenant: TenantRef) -> str:
    return f"new-{tenant.slug[2:]}"


def host(slug: str) -> str:
    return f"{slug}.{settings.YUNKE_TENANT_DOMAIN}"


def test_an_owner_renames_and_everybody_is_sent_on(
    tenant: TenantRef, browser: Client, owner: Member, client_for: ClientFor
) -> None:
    slug = new_slug(tenant)
    changed = browser.patch("/api/v1/company", {"slug": slug, "name": "Next Ltd"}, content_type=JSON)
    assert changed.status_code == 200, changed.content
    assert (changed.json()["slug"], changed.json()["name"]) == (slug, "Next Ltd")
    assert [one["slug"] for one in changed.json()["old_addresses"]] == [tenant.slug]
    for path in ("/", "/sign-in?next=/", "/settings/inboxes"):
        sent = browser.get(path)
        assert (sent.status_code, sent.headers["location"]) == (308, f"http://{host(slug)}{path}")
    asked = browser.post("/api/v1/keys?x=1", {}, content_type=JSON)
    assert (asked.status_code, asked.json()["code"]) == (308, "moved")
    assert asked.headers["location"] == f"http://{host(slug)}/api/v1/keys?x=1"
    assert asked.headers["content-type"] == "application/problem+json"
    here = client_for(find_tenant_by_host(host=host(slug)) or tenant, owner)
    assert here.get("/api/v1/me").json()["tenant"]["slug"] == slug


def test_the_chat_goes_on_under_the_old_address(tenant: TenantRef, owner: Member, client_for: ClientFor) -> None:
    shop = Shop(tenant=tenant)
    guest = shop.welcome(text="hello")
    moved = move(tenant, owner, new_slug(tenant))
    visitor = client_for(tenant)
    assert visitor.get("/widget.js").status_code == 200
    assert visitor.get(f"/widget/{shop.inbox}").status_code == 200
    known = visitor.post("/api/v1/visitors", {"inbox": shop.inbox}, content_type=JSON, headers=guest.headers)
    assert known.json()["contact"]["id"] == str(guest.actor.id)
    for path in ("/api/v1/visitors/conversation", "/api/v1/live-tickets"):
        assert visitor.post(path, {}, content_type=JSON, headers=guest.headers).status_code in {200, 201}
    assert visitor.get("/api/v1/me").status_code == 308
    assert find_tenant_by_host(host=host(tenant.slug)) == moved == find_tenant_by_host(host=host(moved.slug))


def test_an_old_address_is_nobody_elses_for_a_year(
    tenant: TenantRef, owner: Member, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    move(tenant, owner, new_slug(tenant))
    other = make_tenant()
    boss = make_member(other, role="owner")
    with pytest.raises(SlugTaken):
        move(other, boss, tenant.slug)
    with pytest.raises(SlugTaken):
        make_tenant(slug=tenant.slug)
    forget_addresses(now=NOW + timedelta(days=364))
    with pytest.raises(SlugTaken):
        move(other, boss, tenant.slug)
    forget_addresses(now=NOW + timedelta(days=366))
    assert move(other, boss, tenant.slug).slug == tenant.slug
    found = find_tenant_by_host(host=host(tenant.slug))
    assert found
    assert found.id == other.id


def test_one_goes_back_to_an_address_that_one_had(tenant: TenantRef, owner: Member) -> None:
    moved = move(tenant, owner, new_slug(tenant))
    back = move(moved, owner, tenant.slug)
    assert back == tenant
    with platform_context():
        assert list(OldSlug.objects.filter(tenant_id=tenant.id).values_list("slug", flat=True)) == [moved.slug]


def test_addresses_are_not_collected(tenant: TenantRef, owner: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "MOST", 2)
    for n in range(2):
        move(tenant, owner, f"{new_slug(tenant)}{n}")
    with pytest.raises(TooManyAddresses):
        move(tenant, owner, new_slug(tenant))


def test_what_is_refused(
    tenant: TenantRef, browser: Client, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    other = make_tenant()
    for slug, status in ((other.slug, 409), ("www", 422), ("No Good", 422), ("", 422)):
        assert browser.patch("/api/v1/company", {"slug": slug}, content_type=JSON).status_code == status
    assert browser.patch("/api/v1/company", {"name": "\t"}, content_type=JSON).status_code == 422
    admin = client_for(tenant, make_member(tenant, role="admin"))
    assert admin.patch("/api/v1/company", {"name": "x"}, content_type=JSON).status_code == 403
    assert admin.get("/api/v1/company").status_code == 403
    assert find_tenant_by_host(host=host(tenant.slug)) == tenant


def test_the_page(tenant: TenantRef, browser: Client, owner: Member, client_for: ClientFor) -> None:
    shown = browser.get("/settings/company", headers={"accept-language": "zh"}).content.decode()
    assert "名称与地址" in shown
    assert "删除公司" in shown
    slug = new_slug(tenant)
    saved = browser.post("/settings/company", {"do": "rename", "name": "Next", "slug": slug})
    assert saved.status_code == 302
    assert (
        browser.get(saved.headers["location"]).headers["location"].startswith(f"http://{host(slug)}/settings/company")
    )
    here = client_for(find_tenant_by_host(host=host(slug)) or tenant, owner)
    wrong = here.post("/settings/company", {"do": "rename", "name": "Next", "slug": "www"})
    assert wrong.status_code == 422
    assert 'value="www"' in wrong.content.decode()
    assert here.post("/settings/company", {"do": "delete", "password": "no"}).status_code == 403
    assert here.post("/settings/company", {"do": "delete", "password": PASSWORD}).status_code == 302
    assert here.post("/settings/company", {"do": "rename", "name": "X", "slug": slug}).status_code == 403
    assert here.post("/settings/company", {"do": "keep"}).status_code == 302
    assert here.post("/settings/company", {"do": "claim", "domain": "localhost"}).status_code == 422
    assert here.post("/settings/company", {"do": "check", "id": "x"}).status_code == 404
    assert client_for(tenant).post("/settings/company", {}).status_code == 308
