"""Signing in, and what a session is worth on which host."""

import secrets
from http.cookies import SimpleCookie

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.guessing import Guesses
from tenants.members import signing
from tenants.members.commands import add_member
from tenants.members.member import Member
from tenants.members.refusals import AlreadyMember
from tenants.models import Membership, Person, Tenant
from tests.browser import Browser
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant


@pytest.fixture(autouse=True)
def fresh_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "PASSWORDS", Guesses(name=secrets.token_hex(4)))


def sign_in(client: Client, member: Member, password: str = PASSWORD) -> int:
    body = {"email": member.email, "password": password}
    return client.post("/api/v1/session", body, content_type="application/json").status_code


def test_the_api_signs_in_and_out(tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
    client = client_for(tenant, csrf=True)
    assert client.get("/api/v1/me").json()["code"] == "not_signed_in"
    body = {"email": member.email.upper(), "password": PASSWORD}
    answer = client.post("/api/v1/session", body, content_type="application/json").json()
    assert answer["person"] == {"id": str(member.person_id), "name": "Ada", "email": member.email}
    me = client.get("/api/v1/me").json()
    assert (me["role"], me["tenant"]["slug"]) == ("agent", tenant.slug)
    assert "conversations.reply" in me["permissions"]
    assert client.delete("/api/v1/session").json()["code"] == "not_allowed"
    assert client.delete("/api/v1/session", headers={"x-csrftoken": answer["csrf_token"]}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401


def test_the_page_signs_in_and_goes_on(tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
    client = client_for(tenant)
    assert client.get("/sign-in").status_code == 200
    wrong = client.post("/sign-in", {"email": member.email, "password": "no"}, headers={"accept-language": "zh"})
    assert wrong.status_code == 401
    assert "无法在此登录" in wrong.content.decode()
    form = {"email": member.email, "password": PASSWORD, "next": "/settings/inboxes"}
    assert client.post("/sign-in", form).headers["location"] == "/settings/inboxes"
    assert client.get("/sign-in").status_code == 302
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_page_goes_on_to_its_own_host_only(
    tenant: TenantRef, member: Member, client_for: ClientFor, elsewhere: str
) -> None:
    form = {"email": member.email, "password": PASSWORD, "next": elsewhere}
    assert client_for(tenant).post("/sign-in", form).headers["location"] == "/"


def test_members_are_listed_to_members(
    tenant: TenantRef, member: Member, make_member: MakeMember, client_for: ClientFor
) -> None:
    make_member(tenant, name="Zoe", role="viewer")
    results = client_for(tenant, member).get("/api/v1/members").json()["results"]
    assert [row["role"] for row in results if row["name"] in {"Ada", "Zoe"}] == ["agent", "viewer"]
    assert client_for(tenant).get("/api/v1/members").status_code == 401


def test_a_session_is_worth_nothing_on_another_host(
    make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    here, there = make_tenant(), make_tenant()
    member = make_member(here)
    make_member(there, email=member.email)
    client = client_for(here, member)
    assert client.get("/api/v1/me").status_code == 200
    other = client_for(there)
    other.cookies = SimpleCookie(client.cookies.output(header="", sep=";"))
    assert other.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("how", ["membership", "person", "password", "tenant"])
def test_a_session_ends_with_what_it_stands_on(
    make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor, how: str
) -> None:
    tenant = make_tenant()
    member = make_member(tenant)
    client = client_for(tenant, member)
    assert client.get("/api/v1/me").status_code == 200
    with platform_context():
        match how:
            case "membership":
                Membership.objects.filter(id=member.membership_id).update(is_active=False)
            case "person":
                Person.objects.filter(id=member.person_id).update(is_active=False)
            case "password":
                Person.objects.filter(id=member.person_id).update(password=make_password("new 9 battery horse"))
            case "tenant":
                Tenant.objects.filter(id=tenant.id).update(state="furnished")
    assert client.get("/api/v1/me").status_code == 401
    if how == "tenant":
        with platform_context():
            Tenant.objects.filter(id=tenant.id).update(state="active")


def test_only_members_of_the_host_sign_in(
    make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    here, there = make_tenant(), make_tenant()
    member = make_member(here)
    assert sign_in(client_for(there), member) == 401
    assert sign_in(client_for(here), member) == 200


def test_what_was_wrong_is_not_told(tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
    bodies = [{"email": member.email, "password": "no"}, {"email": "nobody@example.com", "password": "no"}]
    client = client_for(tenant)
    answers = [client.post("/api/v1/session", body, content_type="application/json").content for body in bodies]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("email", ["a\0b@example.com", "\ud800@example.com", "x" * 250])
def test_odd_addresses_are_refused_like_any_other(tenant: TenantRef, client_for: ClientFor, email: str) -> None:
    body = {"email": email, "password": "no"}
    assert client_for(tenant).post("/api/v1/session", body, content_type="application/json").status_code in {401, 422}


def test_a_session_key_is_new_after_sign_in(tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
    client = client_for(tenant, member)
    before = client.cookies["sessionid"].value
    assert sign_in(client, member) == 200
    assert client.cookies["sessionid"].value != before


def test_guessing_is_slowed(tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
    client = client_for(tenant)
    assert {sign_in(client, member, "no") for _ in range(5)} == {401}
    answer = client.post(
        "/api/v1/session", {"email": member.email, "password": PASSWORD}, content_type="application/json"
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")


def test_a_person_joins_a_tenant_once_and_keeps_their_password(
    tenant: TenantRef, member: Member, client_for: ClientFor
) -> None:
    with pytest.raises(AlreadyMember):
        add_member(tenant=tenant, email=member.email, name="X", password="other 9 battery", role="admin")
    assert sign_in(client_for(tenant), member) == 200


@pytest.mark.parametrize(
    "host", ["nobody.localhost", "a.b.localhost", "example.com", "localhost.example.com", "-.localhost"]
)
def test_an_unknown_host_is_not_found(database: str, host: str) -> None:
    client = Browser(headers={"host": host})
    assert client.get("/").status_code == 404
    assert client.get("/api/v1/me").json()["code"] == "not_found"


def test_the_platforms_host_serves_no_tenant_and_the_other_way_round(
    platform_client: Client, tenant: TenantRef, client_for: ClientFor
) -> None:
    assert platform_client.get("/sign-in").status_code == 404
    assert client_for(tenant).post("/api/v1/tenants", {}, content_type="application/json").status_code == 404
