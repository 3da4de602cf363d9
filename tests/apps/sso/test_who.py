"""Whom a provider means, and that its word opens its own company alone and changes nobody."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory

from tenants.context import platform_context
from tenants.members import signing
from tenants.members.refusals import OwnMeansNeeded
from tenants.members.sessions import SessionStore, proof_of
from tenants.models import AuditNote, Membership, Person, SsoDomain, SsoIdentity, SsoProvider
from tenants.sso.commands import Wanted, set_provider
from tests.apps.factors.conftest import Person as Somebody
from tests.apps.sso.conftest import House, require_factor
from tests.conftest import PASSWORD, MakeMember, MakeTenant
from tests.oidc import CLIENT, SECRET

NOW = datetime.now(UTC)


def row(person_id: UUID | str) -> dict[str, Any]:
    with platform_context():
        return dict(Person.objects.filter(id=person_id).values().get())


def test_a_stranger_becomes_a_person_of_this_company_alone(house: House) -> None:
    address = house.address()
    browser, back = house.sign_in(email=address, name="Ada L.")
    assert (back.status_code, back.headers["location"]) == (302, "/settings/second-factor")
    me = browser.get("/api/v1/me").json()
    assert (me["person"]["name"], me["person"]["email"], me["role"]) == ("Ada L.", address, "agent")
    kept = row(me["person"]["id"])
    assert kept["verified_at"] is None
    assert kept["password"].startswith("!")
    again, _ = house.sign_in(email=f"other@{house.domain}", name="Renamed")
    assert again.get("/api/v1/me").json()["person"] == me["person"], "the subject says who it is, nothing else"
    with platform_context():
        actions = AuditNote.objects.filter(tenant=house.tenant.id).values_list("action", flat=True)
        assert {"sso.changed", "member.joined", "sso.connected", "session.began"} <= set(actions)


def test_a_provider_satisfies_who_requires_a_second_factor(house: House) -> None:
    require_factor(house.tenant)
    browser, _ = house.sign_in(email=house.address())
    assert browser.get("/api/v1/me").status_code == 200


WORTHLESS: tuple[dict[str, Any], ...] = (
    {"email": "ada@elsewhere.example"},
    {},
    {"email": ["ada"]},
    {"email": "x@y@{domain}"},
    {"email": "ada@sub.{domain}"},
    {"email": "{good}", "email_verified": False},
    {"email": "{good}", "email_verified": "true"},
)


def test_an_address_counts_where_its_domain_is_proved(house: House) -> None:
    browser = house.client_for(house.tenant)
    for who in WORTHLESS:
        filled = {
            name: value.format(domain=house.domain, good=house.address()) if isinstance(value, str) else value
            for name, value in who.items()
        }
        back = house.sign_in(browser, **filled)[1]
        assert back.status_code == 403
        assert "no e-mail address of a domain" in back.content.decode()
    with platform_context():
        assert not SsoIdentity.objects.filter(tenant_id=house.tenant.id).exists()


def test_an_address_counts_only_while_its_domain_is_proved_here(house: House, make_tenant: MakeTenant) -> None:
    with platform_context():
        SsoDomain.objects.filter(tenant_id=house.tenant.id).update(proved_at=None)
        SsoDomain.objects.create(tenant_id=make_tenant().id, domain=house.domain, token="x", proved_at=NOW)
    assert house.sign_in(email=house.address())[1].status_code == 403


def test_a_stranger_is_refused_where_nobody_may_join(house: House) -> None:
    house.set(role=None)
    assert "ask for an invitation" in house.sign_in(email=house.address())[1].content.decode()


def test_somebody_of_their_own_shows_their_own_means_once(house: House, make_member: MakeMember) -> None:
    address = house.address()
    member = make_member(house.tenant, email=address, name="Ada")
    before = row(member.person_id)
    browser, back = house.sign_in(email=address.upper(), name="Mallory")
    assert back.headers["location"] == "/sign-in/sso/connect"
    assert browser.get("/api/v1/me").status_code == 401
    assert address in browser.get("/sign-in/sso/connect").content.decode()
    assert browser.post("/sign-in/sso/connect", {"password": "wrong"}).status_code == 401
    done = browser.post("/sign-in/sso/connect", {"password": PASSWORD})
    assert done.headers["location"] == "/settings/second-factor"
    assert browser.get("/api/v1/me").json()["person"]["id"] == str(member.person_id)
    other, back = house.sign_in(email=address)
    assert back.headers["location"] == "/settings/second-factor"
    assert other.get("/api/v1/me").json()["person"]["name"] == "Ada"
    assert row(member.person_id) == before, "nothing of the person has changed"


def test_their_second_factor_is_asked_for_too(house: House, make_member: MakeMember) -> None:
    house.only()
    address = house.address()
    somebody = Somebody(
        tenant=house.tenant, member=make_member(house.tenant, email=address), client_for=house.client_for
    )
    house.set(only=False)
    somebody.get_app()
    house.set(only=True)
    browser, _ = house.sign_in(email=address)
    assert browser.post("/sign-in/sso/connect", {"password": PASSWORD}).headers["location"] == "/sign-in/second"
    assert browser.get("/api/v1/me").status_code == 401
    with platform_context():
        assert not SsoIdentity.objects.filter(tenant_id=house.tenant.id).exists()
    done = browser.post("/sign-in/second", {"code": somebody.code()})
    assert done.headers["location"] == "/settings/second-factor"
    assert browser.get("/api/v1/me").status_code == 200
    assert house.sign_in(email=address)[0].get("/api/v1/me").status_code == 200


def test_an_identity_that_exists_elsewhere_is_not_touched(
    house: House, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    there = make_tenant()
    address = house.address()
    known = make_member(there, email=address, name="Ada", role="owner")
    before = row(known.person_id)
    browser, back = house.sign_in(email=address, name="Mallory")
    assert back.status_code == 302
    new = browser.get("/api/v1/me").json()["person"]
    assert new["id"] != str(known.person_id)
    assert row(known.person_id) == before
    with platform_context():
        assert Membership.objects.filter(person=new["id"]).count() == 1
    other = house.client_for(there)
    other.cookies = browser.cookies
    assert other.get("/api/v1/me").status_code == 401


def test_what_a_provider_opened_opens_no_other_company(
    house: House, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    address, there = house.address(), make_tenant()
    member = make_member(house.tenant, email=address)
    make_member(there, email=address)
    browser, _ = house.sign_in(email=address)
    browser.post("/sign-in/sso/connect", {"password": PASSWORD})
    browser, _ = house.sign_in(email=address)
    shown = proof_of(session=SessionStore(browser.cookies["sessionid"].value))
    request = RequestFactory().post("/", headers={"host": f"{there.slug}.localhost"})
    request.session = SessionStore()
    with pytest.raises(OwnMeansNeeded):
        signing.admit(request=request, tenant=there, person_id=member.person_id, proof=shown, now=NOW)


def test_deactivation_ends_it(house: House) -> None:
    address = house.address()
    browser, _ = house.sign_in(email=address)
    with platform_context():
        Membership.objects.filter(id__in=SsoIdentity.objects.values("membership"), tenant_id=house.tenant.id).update(
            is_active=False
        )
    assert browser.get("/api/v1/me").status_code == 401
    assert house.sign_in(email=address)[1].status_code == 403
    assert house.sign_in(sub="another", email=address)[1].status_code == 403, "nobody comes back as somebody new"


def test_a_person_of_this_company_alone_is_linked_at_once(house: House, make_member: MakeMember) -> None:
    address = house.address()
    member = make_member(house.tenant, email=address)
    with platform_context():
        Person.objects.filter(id=member.person_id).update(verified_at=None)
    browser, _ = house.sign_in(email=address)
    assert browser.get("/api/v1/me").json()["person"]["id"] == str(member.person_id)


def test_a_session_of_a_provider_changes_nothing_of_the_persons_own(house: House, make_member: MakeMember) -> None:
    address = house.address()
    make_member(house.tenant, email=address)
    browser, _ = house.sign_in(email=address)
    browser.post("/sign-in/sso/connect", {"password": PASSWORD})
    browser, _ = house.sign_in(email=address)
    for path in ("me/factors", "me/recovery-codes"):
        body = {"name": "x"} if path == "me/factors" else {}
        answer = browser.post(f"/api/v1/{path}", body, content_type="application/json")
        assert answer.json()["code"] == "proof_needed"


def test_a_session_of_a_provider_changes_no_profile_and_sees_no_other_company(
    house: House, make_member: MakeMember, make_tenant: MakeTenant
) -> None:
    """What is the same everywhere changes once the person has shown their own means; other companies are never told."""
    member = make_member(house.tenant, name="Known", email=house.address())
    other = make_tenant()
    with platform_context():
        Membership.objects.create(tenant_id=other.id, person_id=member.person_id, role="viewer")
    browser, _ = house.sign_in(email=member.email)
    browser.post("/sign-in/sso/connect", {"password": PASSWORD})
    browser, _ = house.sign_in(email=member.email)
    refused = browser.patch("/api/v1/me", {"name": "Mallory"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
    page = browser.post("/settings/account", {"do": "profile", "name": "Mallory", "language": "zh-hans"})
    assert page.status_code == 403
    assert browser.post("/language", {"language": "zh-hans", "next": "/"}).status_code == 302
    with platform_context():
        person = Person.objects.get(id=member.person_id)
    assert (person.name, person.language) == ("Known", "")
    (place,) = browser.get("/api/v1/me/tenants").json()["results"]
    assert place["id"] == str(house.tenant.id)
    assert f"{other.slug}." not in browser.get("/settings/account").content.decode()
    assert browser.post("/switch-to", {"tenant": str(other.id)}).status_code == 404
    proof = browser.post("/api/v1/me/proof", {"password": PASSWORD}, content_type="application/json")
    assert proof.status_code == 204, proof.content
    assert browser.patch("/api/v1/me", {"name": "Ada"}, content_type="application/json").status_code == 200
    own = house.client_for(house.tenant, member)
    assert len(own.get("/api/v1/me/tenants").json()["results"]) == 2


def test_the_account_page_asks_once_and_does_what_was_typed(house: House, make_member: MakeMember) -> None:
    member = make_member(house.tenant, name="Known", email=house.address())
    house.sign_in(email=member.email)[0].post("/sign-in/sso/connect", {"password": PASSWORD})
    browser, _ = house.sign_in(email=member.email)
    typed = {"do": "profile", "name": "Ada Ny", "language": "en"}
    asked = browser.post("/settings/account", typed).content.decode()
    assert asked.count('name="password"') == 1
    assert 'name="name" value="Ada Ny"' in asked, "it need not be typed again"
    proof = {**typed, "proof": "1"}
    wrong = browser.post("/settings/account", {**proof, "password": "wrong"})
    assert wrong.status_code == 422
    assert 'name="name" value="Ada Ny"' in wrong.content.decode()
    assert row(member.person_id)["name"] == "Known"
    assert browser.post("/settings/account", {**proof, "password": PASSWORD}).status_code == 302
    assert row(member.person_id)["name"] == "Ada Ny"
    shown = browser.get("/settings/second-factor").content.decode()
    assert 'name="password"' not in shown, "what was shown a moment ago is not asked for again"


def test_nobody_is_asked_for_a_password_that_would_not_do(house: House, make_member: MakeMember) -> None:
    address = house.address()
    member = make_member(house.tenant, name="Known", email=address)
    somebody = Somebody(tenant=house.tenant, member=member, client_for=house.client_for)
    somebody.get_app()
    browser, _ = house.sign_in(email=address)
    browser.post("/sign-in/sso/connect", {"password": PASSWORD})
    browser.post("/sign-in/second", {"code": somebody.code()})
    browser, _ = house.sign_in(email=address)
    typed = {"do": "profile", "name": "Ada Ny", "language": "en"}
    for page in (browser.post("/settings/account", typed), browser.get("/settings/second-factor")):
        assert 'name="password"' not in page.content.decode()
        assert 'name="code"' in page.content.decode()
    refused = browser.post("/settings/account", {**typed, "proof": "1", "password": PASSWORD})
    assert refused.status_code == 422, "the page asks for what counts; what does not is refused all the same"
    done = browser.post("/settings/account", {**typed, "proof": "1", "recovery_code": somebody.codes[0]})
    assert done.status_code == 302, done.content
    assert row(member.person_id)["name"] == "Ada Ny"


def test_who_is_known_here_alone_changes_their_name(house: House) -> None:
    browser, _ = house.sign_in(email=house.address())
    assert browser.patch("/api/v1/me", {"name": "Ada"}, content_type="application/json").status_code == 200


def test_who_chose_the_provider_takes_nobody_above_what_strangers_get(house: House, make_member: MakeMember) -> None:
    """Another issuer, chosen by who is no owner: it links agents, and asks an owner who proved nothing for theirs."""
    boss, agent = (make_member(house.tenant, role=role, email=house.address()) for role in ("owner", "agent"))
    night = make_member(house.tenant, role="admin")
    with platform_context():
        Person.objects.filter(id__in=[boss.person_id, agent.person_id]).update(verified_at=None)
        SsoProvider.objects.filter(tenant_id=house.tenant.id).update(issuer="https://before.example")
    words = {"issuer": house.idp.issuer, "client_id": CLIENT, "client_secret": SECRET, "role": "agent"}
    wanted = Wanted(**words, on=True, only=False)
    set_provider(tenant=house.tenant, member=night, wanted=wanted, now=NOW)
    taken, back = house.sign_in(sub="mallory", email=boss.email)
    assert back.headers["location"] == "/sign-in/sso/connect"
    assert taken.get("/api/v1/me").status_code == 401
    linked, _ = house.sign_in(sub="2", email=agent.email)
    assert linked.get("/api/v1/me").json()["person"]["id"] == str(agent.person_id)
    house.set()  # an owner stands for it
    meant, _ = house.sign_in(sub="1", email=boss.email)
    assert meant.get("/api/v1/me").json()["person"]["id"] == str(boss.person_id)
