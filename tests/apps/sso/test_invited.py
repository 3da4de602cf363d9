"""Who is invited and has no password accepts through the company's provider; nobody else becomes a member by it."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from tenants.context import platform_context, tenant_context
from tenants.members.invitations.commands import invite
from tenants.models import Invitation, Membership, Person, SsoIdentity
from tests.apps.members.mails import code_to
from tests.apps.sso.conftest import House
from tests.conftest import PASSWORD, MakeMember, MakeTenant

NOW = datetime.now(UTC)


def invited(house: House, email: str, role: str = "supervisor") -> str:
    """Invite somebody; answer the code in their mail."""
    with tenant_context(house.tenant):
        said: dict[str, Any] = {"company": "Acme", "language": "en", "site": "http://x", "by": house.owner, "now": NOW}
        invite(tenant=house.tenant, email=email, role=role, **said)
    return code_to(email)


def look(house: House, code: str) -> tuple[Client, str]:
    browser = house.client_for(house.tenant)
    return browser, browser.post("/invitation", {"code": code}).content.decode()


def accept(house: House, browser: Client, **who: Any) -> Any:
    house.idp.who = {"sub": "s-1", **who}
    away = browser.get("/sign-in/sso?invitation=1")
    assert away.status_code == 302, away.content
    return house.back(browser, house.idp.approve(away.headers["location"]))


def test_somebody_new_joins_without_a_password(house: House) -> None:
    """Of a domain that is not proved, where strangers may not join: the code proves the address."""
    house.only()
    house.set(only=True, role=None)
    code = invited(house, "Grace@elsewhere.example")
    browser, page = look(house, code)
    assert "Accept with your company account" in page
    assert 'name="password"' not in page
    back = accept(house, browser, email="grace@Elsewhere.example", name="Grace H.")
    assert (back.status_code, back.headers["location"]) == (302, "/")
    me = browser.get("/api/v1/me").json()
    assert (me["person"]["name"], me["person"]["email"], me["role"]) == (
        "Grace H.",
        "Grace@elsewhere.example",
        "supervisor",
    )
    again, _ = house.sign_in(email="renamed@elsewhere.example")
    assert again.get("/api/v1/me").json()["person"] == me["person"]
    with platform_context():
        person = Person.objects.get(id=me["person"]["id"])
        assert not person.has_usable_password()
        assert Invitation.objects.get(tenant=house.tenant.id).accepted_at is not None


def test_a_password_is_refused_where_it_would_open_nothing(house: House) -> None:
    house.only()
    code = invited(house, house.address())
    browser, _ = look(house, code)
    form = {"code": code, "name": "Grace", "password": "staple 7 correct horse"}
    assert browser.post("/invitation", form).status_code == 403
    with platform_context():
        assert Invitation.objects.get(tenant=house.tenant.id).accepted_at is None


def test_both_ways_where_the_company_leaves_the_choice(house: House) -> None:
    email = house.address()
    code = invited(house, email)
    browser, page = look(house, code)
    assert "Accept with your company account" in page
    form = {"code": code, "name": "Grace", "password": "staple 7 correct horse"}
    assert browser.post("/invitation", form).status_code == 302
    assert browser.get("/api/v1/me").json()["person"]["email"] == email


def test_the_provider_must_name_the_invited_address(house: House) -> None:
    email = house.address()
    code = invited(house, email)
    wrong: list[dict[str, Any]] = [{"email": house.address()}, {}, {"email": email, "email_verified": False}]
    for number, said in enumerate(wrong):
        browser, _ = look(house, code)
        back = accept(house, browser, **{"sub": f"n-{number}", **said})
        assert back.status_code == 403
        assert browser.get("/api/v1/me").status_code == 401
    with platform_context():
        assert Invitation.objects.get(tenant=house.tenant.id).accepted_at is None
        assert not SsoIdentity.objects.filter(tenant_id=house.tenant.id).exists()


def test_who_has_an_account_shows_its_password(house: House, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    """A provider of this company cannot make them a member, whatever it says."""
    known = make_member(make_tenant(), name="Known")
    code = invited(house, known.email)
    browser, page = look(house, code)
    assert "Accept with your company account" not in page
    away = browser.get("/sign-in/sso?invitation=1")
    assert (away.status_code, away.headers["location"]) == (302, "/invitation")
    assert browser.post("/invitation", {"code": code, "password": PASSWORD}).status_code == 302


def test_who_has_one_meanwhile_is_told(house: House, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    email = house.address()
    browser, _ = look(house, invited(house, email))
    make_member(make_tenant(), email=email)
    assert b"accept it by your password" in accept(house, browser, email=email).content
    with platform_context():
        assert not Membership.objects.filter(tenant_id=house.tenant.id, person__email=email).exists()


def test_a_code_opens_once_and_in_its_own_company(house: House) -> None:
    code = invited(house, email := house.address())
    browser, _ = look(house, code)
    assert accept(house, browser, email=email).status_code == 302
    other, page = look(house, code)
    assert "accepted already" in page
    assert other.get("/sign-in/sso?invitation=1").headers["location"] == "/invitation"
