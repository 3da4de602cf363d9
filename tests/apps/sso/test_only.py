"""Where the provider is the only way in; and that no answer tells which accounts there are, by words or by work."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from tenants.context import platform_context
from tenants.factors.commands import remove
from tenants.members.hashers import Argon2id
from tenants.members.people.commands import change_member, remove_member
from tenants.members.refusals import SecondFactorNeeded
from tenants.members.resets.commands import answer_resets
from tenants.members.rules import LastWayBack
from tenants.models import CodeApp, Membership, Person, Tenant
from tenants.sso.refusals import WayBackNeeded
from tests.apps.factors.conftest import Person as Somebody
from tests.apps.members.mails import mails_to
from tests.apps.sso.conftest import NOW, House, give_factor
from tests.conftest import PASSWORD, MakeMember, MakeTenant

JSON = "application/json"


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/api/v1/session", {"email": email, "password": password}, content_type=JSON)


def test_only_an_owner_with_a_second_factor_closes_the_other_ways(house: House) -> None:
    with pytest.raises(WayBackNeeded):
        house.set(only=True)
    house.only()
    house.set(on=True, only=False)


def test_passwords_open_nothing_but_for_owners_with_a_second_factor(house: House, make_member: MakeMember) -> None:
    agent, bare = make_member(house.tenant), make_member(house.tenant, role="owner")
    owner = Somebody(tenant=house.tenant, member=make_member(house.tenant, role="owner"), client_for=house.client_for)
    owner.get_app()
    before = house.client_for(house.tenant, agent)
    assert before.get("/api/v1/me").status_code == 200
    house.only()
    assert before.get("/api/v1/me").status_code == 401, "sessions that began otherwise are worth nothing now"
    assert sign_in(house.client_for(house.tenant), agent.email).json()["code"] == "wrong_credentials"
    assert sign_in(house.client_for(house.tenant), bare.email).json()["code"] == "wrong_credentials"
    asked = owner.first_step()
    assert asked.json()["code"] == SecondFactorNeeded.code
    assert owner.second_step(asked.json()["ticket"], code=owner.code()).status_code == 200
    assert owner.stranger.get("/api/v1/me").status_code == 200
    browser, _ = house.sign_in(email=house.address())
    assert browser.get("/api/v1/me").status_code == 200
    page = house.client_for(house.tenant).get("/sign-in").content.decode()
    assert "Sign in with your company account" in page
    assert "<details" in page


def test_a_forgotten_password_is_answered_by_mail_with_the_other_way(house: House, make_member: MakeMember) -> None:
    agent = make_member(house.tenant)
    house.only()
    browser = house.client_for(house.tenant)
    assert browser.post("/forgot", {"email": agent.email}).headers["Location"] == "/forgot?asked=1"
    answer_resets(now=datetime.now(UTC))
    (mail,) = mails_to(agent.email)
    assert "by its own service" in mail
    assert "/sign-in" in mail
    assert "/reset" not in mail


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call of the hasher, which is all the work there is to speak of."""
    done: list[str] = []
    real: Callable[..., Any] = Argon2id.encode

    def encode(self: Argon2id, password: str, salt: str) -> str:
        done.append("encode")
        return str(real(self, password, salt))

    check: Callable[..., Any] = Argon2id.verify

    def verify(self: Argon2id, password: str, encoded: str) -> bool:
        done.append("verify")
        return bool(check(self, password, encoded))

    monkeypatch.setattr(Argon2id, "encode", encode)
    monkeypatch.setattr(Argon2id, "verify", verify)
    return done


@pytest.mark.parametrize("way", ["api", "page"])
def test_no_account_can_be_told_from_none(
    house: House, make_tenant: MakeTenant, make_member: MakeMember, hashes: list[str], way: str
) -> None:
    """One answer and one hash for an address that nobody has, a wrong password, and the right one of who may not in."""
    here = house.tenant
    member, gone, elsewhere = make_member(here), make_member(here), make_member(make_tenant())
    named, off = make_member(here), make_member(here)
    give_factor(house.owner)
    with platform_context():
        Membership.objects.filter(id=gone.membership_id).update(is_active=False)
        Person.objects.filter(id=named.person_id).update(password=make_password(None))
        Person.objects.filter(id=off.person_id).update(is_active=False)
        Tenant.objects.filter(id=here.id).update(sso_only=True)
    cases = [
        ("nobody@example.com", PASSWORD),
        ("a\x00b@example.com", PASSWORD),
        (member.email, "wrong"),
        (elsewhere.email, PASSWORD),
        (gone.email, PASSWORD),
        (named.email, PASSWORD),
        (off.email, PASSWORD),
        (member.email, PASSWORD),
    ]
    answers, work = set(), set()
    for email, password in cases:
        if way == "api" and "\x00" in email:
            continue  # refused as a body that cannot be kept
        hashes.clear()
        client = house.client_for(here)
        if way == "api":
            answer = sign_in(client, email, password)
            answers.add((answer.status_code, answer.content))
        else:
            answer = client.post("/sign-in", {"email": email, "password": password})
            token = client.cookies["csrftoken"].value
            said = answer.content.replace(email.encode(), b"").replace(token.encode(), b"")
            answers.add((answer.status_code, _without_token(said)))
        work.add(len(hashes))
    assert work == {1}
    assert len(answers) == 1


def _without_token(page: bytes) -> bytes:
    parts = page.split(b'name="csrfmiddlewaretoken" value="')
    return b"".join([parts[0], *(part.partition(b'"')[2] for part in parts[1:])])


def test_the_last_way_back_stays(house: House, make_member: MakeMember) -> None:
    """The only owner with a second factor keeps factor, role and membership until another owner has one."""
    house.only()
    other = make_member(house.tenant, role="owner")
    with platform_context():
        app = CodeApp.objects.get(person_id=house.owner.person_id)

    def remove_factor() -> None:
        remove(tenant=house.tenant, member=house.owner, factor_id=app.id, now=NOW)

    def demote() -> None:
        change_member(tenant=house.tenant, person=house.owner.person_id, by=other, now=NOW, role="admin")

    def deactivate() -> None:
        change_member(tenant=house.tenant, person=house.owner.person_id, by=other, now=NOW, is_active=False)

    def leave() -> None:
        remove_member(tenant=house.tenant, person=house.owner.person_id, by=house.owner, now=NOW)

    for take in (remove_factor, demote, deactivate, leave):
        with pytest.raises(LastWayBack):
            take()
    with platform_context():
        assert CodeApp.objects.filter(id=app.id).exists()
    give_factor(other)
    remove_factor()
    demote()
