"""One disconnects the provider from one's own account; and strangers become what the company has defined itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tenants.context import platform_context
from tenants.models import AuditNote, Membership, Person, SsoIdentity, SsoProvider
from tenants.provisioning.suspension import suspend
from tests.apps.sso.conftest import House
from tests.conftest import PASSWORD, MakeMember, MakeTenant
from tests.oidc import CLIENT, SECRET

JSON = "application/json"


def connections(browser: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get("/api/v1/me/connections").json()["results"]
    return found


def connected(house: House, email: str) -> tuple[Client, Client]:
    """Sign in by the provider and agree, in two browsers."""
    both = []
    for _ in range(2):
        browser, back = house.sign_in(email=email)
        if back.headers["location"] == "/sign-in/sso/connect":
            assert browser.post("/sign-in/sso/connect", {"password": PASSWORD}).status_code == 302
        both.append(browser)
    return both[0], both[1]


def test_somebody_disconnects(house: House, make_member: MakeMember, make_tenant: MakeTenant) -> None:
    known = make_member(house.tenant, name="Known", email=house.address())
    here, there = connected(house, known.email)
    (one,) = connections(here)
    assert one["issuer"] == house.idp.issuer
    other = make_tenant()
    stranger = house.client_for(other, make_member(other))
    assert stranger.delete(f"/api/v1/me/connections/{one['id']}").status_code == 404
    colleague = house.client_for(house.tenant, make_member(house.tenant))
    assert colleague.delete(f"/api/v1/me/connections/{one['id']}").status_code == 404
    page = here.get("/settings/account", headers={"accept-language": "zh"}).content.decode()
    assert "公司的登录服务" in page
    assert here.post("/settings/account", {"do": "disconnect", "connection": one["id"]}).status_code == 302
    assert connections(here) == []
    assert there.get("/api/v1/me").status_code == 401, "what the provider had opened elsewhere is closed"
    assert here.get("/api/v1/me").status_code == 200
    again, back = house.sign_in(email=known.email)
    assert back.headers["location"] == "/sign-in/sso/connect", "it asks once more"
    assert again.get("/api/v1/me").status_code == 401
    with platform_context():
        assert AuditNote.objects.filter(tenant=house.tenant.id, action="sso.disconnected").count() == 1
        (ended,) = AuditNote.objects.filter(tenant=house.tenant.id, action="session.ended")
        assert ended.after == {"why": "disconnected"}


@pytest.mark.parametrize("by_page", [True, False])
def test_a_suspended_company_holds_nobody_back(house: House, make_member: MakeMember, by_page: bool) -> None:
    """It is one's own account, and whoever got hold of the other one must be shut out at any time."""
    known = make_member(house.tenant, name="Known", email=house.address())
    here, there = connected(house, known.email)
    (one,) = connections(here)
    suspend(slug=house.tenant.slug, reason="Unpaid.", now=datetime.now(UTC))
    if by_page:
        assert here.post("/settings/account", {"do": "disconnect", "connection": one["id"]}).status_code == 302
    else:
        assert here.delete(f"/api/v1/me/connections/{one['id']}").status_code == 204
    assert connections(here) == []
    assert there.get("/api/v1/me").status_code == 401


def test_who_has_no_password_stays_connected(house: House) -> None:
    browser, _ = house.sign_in(email=house.address())
    (one,) = connections(browser)
    answer = browser.delete(f"/api/v1/me/connections/{one['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "only_way_in")
    with platform_context():
        assert SsoIdentity.objects.filter(id=one["id"]).exists()


def role(house: House, *permissions: str) -> Client:
    owner = house.client_for(house.tenant, house.owner)
    body = {"key": "night", "name": "Night shift", "permissions": list(permissions)}
    assert owner.post("/api/v1/roles", body, content_type=JSON).status_code == 201
    return owner


def test_strangers_get_a_role_of_the_companys_own(house: House) -> None:
    owner = role(house, "conversations.view")
    assert "Night shift" in owner.get("/settings/security").content.decode()
    house.set(role="night")
    assert owner.get("/api/v1/sso").json()["role"] == "night"
    browser, _ = house.sign_in(email=house.address())
    me = browser.get("/api/v1/me").json()
    assert me["role"] == "night"
    refused = owner.delete("/api/v1/roles/night")
    assert (refused.status_code, refused.json()["code"]) == (409, "role_in_use")
    with platform_context():
        Membership.objects.filter(person_id=me["person"]["id"]).delete()
        Person.objects.filter(id=me["person"]["id"]).delete()
    assert owner.delete("/api/v1/roles/night").status_code == 409, "strangers would get it"
    house.set(role="agent")
    assert owner.delete("/api/v1/roles/night").status_code == 204
    with platform_context():
        kept = SsoProvider.objects.get(tenant_id=house.tenant.id)
        assert (kept.role, kept.own_role_id) == ("agent", None)


def test_nobody_gives_strangers_what_they_may_not_do(house: House, make_member: MakeMember) -> None:
    owner = role(house, "tenant.manage", "members.view")
    person = make_member(house.tenant)
    with platform_context():
        night = Membership.objects.get(tenant_id=house.tenant.id, person_id=person.person_id)
    answer = owner.patch(f"/api/v1/members/{person.person_id}", {"role": "night"}, content_type=JSON)
    assert answer.status_code == 200, answer.content
    assert night.person_id == person.person_id
    browser = house.client_for(house.tenant, person)
    body = {"issuer": house.idp.issuer, "client_id": CLIENT, "client_secret": SECRET, "role": "admin", "on": True}
    beyond = browser.put("/api/v1/sso", body, content_type=JSON)
    assert (beyond.status_code, beyond.json()["code"]) == (403, "beyond_yours")
    assert browser.put("/api/v1/sso", {**body, "role": "night"}, content_type=JSON).status_code == 200
