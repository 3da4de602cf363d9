"""Security keys over the API, with a key in software that can do wrong."""

from typing import Any

import pytest
from django.conf import settings

from tenants.factors.sites import site_of
from tests.apps.factors.conftest import Person
from tests.authenticator import PRESENT, Authenticator
from tests.browser import Browser
from tests.conftest import ClientFor, MakeMember, MakeTenant


def show(person: Person, asked: Any, **how: int) -> Any:
    return person.second_step(asked["ticket"], webauthn=person.key.get(asked["webauthn"], **how))


def test_a_key_opens_and_its_count_goes_on(person: Person) -> None:
    person.get_key()
    asked = person.first_step().json()
    assert asked["methods"] == ["webauthn", "recovery_code"]
    assert show(person, asked).status_code == 200
    assert person.stranger.get("/api/v1/me").status_code == 200
    assert show(person, person.first_step().json(), step=0).json()["code"] == "wrong_factor", "a copy counts back"
    assert show(person, person.first_step().json(), step=2).status_code == 200


def test_what_a_key_signed_is_worth_one_try(person: Person) -> None:
    person.get_key()
    asked = person.first_step().json()
    signed = person.key.get(asked["webauthn"])
    assert person.second_step(asked["ticket"], webauthn=signed).status_code == 200
    assert person.second_step(asked["ticket"], webauthn=signed).json()["code"] == "not_waiting"
    other = person.first_step().json()
    assert person.second_step(other["ticket"], webauthn=signed).json()["code"] == "wrong_factor", "another challenge"


@pytest.mark.parametrize("wrong", ["origin", "key", "presence", "site", "garbage", "empty"])
def test_what_is_wrong_is_refused(person: Person, wrong: str) -> None:
    person.get_key()
    asked = person.first_step().json()
    options = asked["webauthn"]
    match wrong:
        case "origin":
            person.key.origin = "http://evil.localhost"
        case "key":
            copy = Authenticator(origin=person.key.origin)
            copy.id, person.key = person.key.id, copy
        case "presence":
            person.key.flags &= ~PRESENT
        case "site":
            options = {**options, "rpId": "evil.example"}
    signed: dict[str, Any] = person.key.get(options)
    if wrong == "garbage":
        signed["response"] = {"clientDataJSON": "!", "authenticatorData": [1], "signature": None}
    if wrong == "empty":
        signed = {}
    assert person.second_step(asked["ticket"], webauthn=signed).json()["code"] == "wrong_factor"


@pytest.mark.parametrize("wrong", ["origin", "challenge", "garbage", "again", "none"])
def test_a_key_that_is_not_made_rightly_is_not_kept(person: Person, wrong: str) -> None:
    options = person.post("me/webauthn/challenge", {"purpose": "register"}).json()["options"]
    if wrong == "origin":
        person.key.origin = "http://evil.localhost"
    if wrong == "challenge":
        options = {**options, "challenge": "AAAA"}
    made = person.key.create(options)
    if wrong == "garbage":
        made["response"]["attestationObject"] = "oA"
    if wrong == "again":
        assert person.post("me/webauthn", {"name": "Key", "credential": made}).status_code == 201
    if wrong == "none":
        person.post("me/proof", {"webauthn": {}})
    answer = person.post("me/webauthn", {"name": "Key", "credential": made})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "credential")


def test_a_key_proves_that_it_is_oneself(person: Person) -> None:
    person.get_key()
    options = person.post("me/webauthn/challenge", {"purpose": "prove"}).json()["options"]
    signed = person.key.get(options)
    assert person.post("me/proof", {"webauthn": signed}).status_code == 204
    assert person.post("me/proof", {"webauthn": signed}).status_code == 422


def test_a_key_is_one_persons(person: Person, make_member: MakeMember, client_for: ClientFor) -> None:
    person.get_key()
    other = Person(tenant=person.tenant, member=make_member(person.tenant), client_for=client_for)
    options = other.post("me/webauthn/challenge", {"purpose": "register"}).json()["options"]
    assert other.post("me/webauthn", {"name": "x", "credential": person.key.create(options)}).status_code == 422
    other.get_app()
    asked = other.first_step().json()
    signed = person.key.get({"challenge": asked["ticket"], "rpId": site_of(host=f"{person.tenant.slug}.localhost")})
    assert other.second_step(asked["ticket"], webauthn=signed).json()["code"] == "wrong_factor"


def test_one_key_works_on_every_host_below_a_real_domain(
    make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "YUNKE_TENANT_DOMAIN", "yunke.example")
    here, there = make_tenant(), make_tenant()
    member = make_member(here)
    make_member(there, email=member.email)
    person = Person(tenant=here, member=member, client_for=client_for)
    person.key.origin = f"http://{here.slug}.yunke.example"
    person.get_key()
    person.stranger = client_for(there)
    asked = person.first_step().json()
    assert asked["webauthn"]["rpId"] == "yunke.example"
    person.key.origin = f"http://{there.slug}.yunke.example"
    assert show(person, asked).status_code == 200


@pytest.mark.parametrize(
    ("domain", "host", "site"),
    [
        ("yunke.example", "acme.yunke.example:8000", "yunke.example"),
        ("yunke.example", "support.acme.example", None),
        ("yunke.example", "notyunke.example", None),
        ("localhost", "acme.localhost:8000", "acme.localhost"),
    ],
)
def test_where_a_key_can_be_used(monkeypatch: pytest.MonkeyPatch, domain: str, host: str, site: str | None) -> None:
    monkeypatch.setattr(settings, "YUNKE_TENANT_DOMAIN", domain)
    assert site_of(host=host) == site


def test_a_browser_without_a_session_has_nothing_here(person: Person) -> None:
    for client in (person.stranger, Browser(headers={"host": f"{person.tenant.slug}.localhost"})):
        assert person.post("me/webauthn/challenge", {"purpose": "register"}, client).status_code == 401
