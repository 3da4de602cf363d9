"""What a provider, or somebody who plays one, may do wrong: always a plain page, never a 500, nobody is let in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from tenants.context import platform_context
from tenants.models import SsoIdentity, SsoProvider
from tenants.sso import provider
from tests.apps.sso.conftest import House
from tests.conftest import MakeTenant
from tests.oidc import Key, providing


def assert_refused(house: House, back: Any, status: int = 502) -> None:
    assert back.status_code == status, back.content
    assert "<h1>" in back.content.decode()
    with platform_context():
        assert not SsoIdentity.objects.filter(tenant_id=house.tenant.id).exists()


def test_tokens_that_are_not_right(house: House) -> None:
    """Each way in which a token can be wrong is in tests/rules/test_id_token.py."""
    browser = house.client_for(house.tenant)
    for wrong in ({"nonce": "replayed"}, {"aud": "somebody-else"}, {"exp": int(time.time()) - 3600}):
        house.idp.sign = lambda claims, wrong=wrong: house.idp.signed({**claims, **wrong})  # type: ignore[misc] # bound now
        assert_refused(house, house.sign_in(browser, email=house.address())[1])
    house.idp.sign = lambda claims: house.idp.signed(claims, key=Key("RS256", id=house.idp.keys[0].id))
    assert_refused(house, house.sign_in(browser, email=house.address())[1])
    assert browser.get("/api/v1/me").status_code == 401


def test_new_keys_and_other_kinds_of_keys_are_found(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert house.sign_in(email=house.address())[1].status_code == 302
    monkeypatch.setattr(provider, "AGAIN_S", 0.0)
    house.idp.keys.append(Key("ES256"))
    assert house.sign_in()[1].status_code == 302


def test_a_state_is_used_once_by_the_browser_that_began(house: House) -> None:
    house.idp.who = {"sub": "s", "email": house.address()}
    victim, attacker = house.client_for(house.tenant), house.client_for(house.tenant)
    theirs = house.idp.approve(house.leave(attacker))
    assert_refused(house, house.back(victim, theirs), 400)
    house.leave(victim)
    assert_refused(house, house.back(victim, theirs), 400)
    assert house.back(attacker, theirs).status_code == 302
    replayed = house.back(attacker, theirs)
    assert replayed.status_code == 400


def test_coming_back_without_having_left(house: House) -> None:
    browser = house.client_for(house.tenant)
    for query in ("", "?state=", "?code=x", "?state=%ff%00&code=x", "?error=access_denied&state=x"):
        assert_refused(house, browser.get(f"/sign-in/sso/callback{query}"), 400)
    assert browser.get("/sign-in/sso/connect").status_code == 400


def test_coming_back_too_late(house: House) -> None:
    browser = house.client_for(house.tenant)
    house.idp.who = {"sub": "s", "email": house.address()}
    back = house.idp.approve(house.leave(browser))
    with patch("tenants.sso.door_pages.datetime") as clock:
        clock.now.return_value = datetime.now(UTC) + timedelta(minutes=11)
        assert_refused(house, house.back(browser, back), 400)


def test_coming_back_to_another_company(house: House, make_tenant: MakeTenant) -> None:
    there = make_tenant()
    house.idp.who = {"sub": "s", "email": house.address()}
    browser = house.client_for(house.tenant)
    back = house.idp.approve(house.leave(browser))
    other = house.client_for(there)
    other.cookies = browser.cookies
    assert other.get(back.partition(".localhost")[2].partition("/")[2].join(["/", ""])).status_code == 400
    assert house.client_for(there).get("/sign-in/sso").status_code == 404


def test_another_provider_does_not_mix_in(house: House) -> None:
    house.idp.back = {"iss": "https://evil.example"}
    assert_refused(house, house.sign_in(email=house.address())[1])
    house.idp.back = {"iss": ""}
    assert_refused(house, house.sign_in(email=house.address())[1])


def test_a_code_of_another_provider_is_worth_nothing(house: House) -> None:
    with providing() as evil:
        browser = house.client_for(house.tenant)
        left = house.leave(browser)
        evil.who, evil.back = {"sub": "s", "email": house.address()}, {"iss": house.idp.issuer}
        assert_refused(house, house.back(browser, evil.approve(left.replace(house.idp.issuer, evil.issuer))))


def test_a_provider_that_was_changed_meanwhile(house: House) -> None:
    house.idp.who = {"sub": "s", "email": house.address()}
    browser = house.client_for(house.tenant)
    back = house.idp.approve(house.leave(browser))
    with platform_context():
        SsoProvider.objects.filter(tenant_id=house.tenant.id).update(issuer="https://new.example")
    assert_refused(house, house.back(browser, back), 400)


def test_a_provider_that_refuses(house: House) -> None:
    house.idp.back = {"error": "access_denied", "error_description": "<script>"}
    back = house.sign_in()[1]
    assert_refused(house, back, 403)
    assert "script>" not in back.content.decode().partition("<main")[2]


SAYS: dict[str, Callable[[], tuple[int, bytes]]] = {
    "an error": lambda: (500, b"oh"),
    "a refusal": lambda: (400, b'{"error": "invalid_client"}'),
    "nothing": lambda: (200, b""),
    "a list": lambda: (200, b"[]"),
    "no token": lambda: (200, b"{}"),
    "an odd token": lambda: (200, b'{"id_token": {"a": 1}}'),
    "depth": lambda: (200, b"[" * 50_000),
    "too much": lambda: (200, b'{"id_token": "' + b"x" * 200_000 + b'"}'),
    "a redirect": lambda: (302, b""),
}


def test_what_comes_for_a_code(house: House) -> None:
    browser = house.client_for(house.tenant)
    for says in SAYS.values():
        house.idp.answers["/token"] = says
        assert_refused(house, house.sign_in(browser, email=house.address())[1])


def test_a_provider_that_takes_too_long(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "TIMEOUT_S", 0.3)

    def late() -> tuple[int, bytes]:
        time.sleep(1)
        return 200, b"{}"

    house.idp.answers["/token"] = late
    assert_refused(house, house.sign_in(email=house.address())[1])


NONSENSE: tuple[dict[str, Any], ...] = (
    {"issuer": "https://other.example"},
    {"token_endpoint": None},
    {"jwks_uri": "ftp://x"},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"jwks_uri": "http://127.0.0.1:1/none"},
)
NOTHING = (b"", b"null", b"[1]", b'{"issuer": 1}')


def test_a_provider_that_publishes_nonsense(house: House) -> None:
    browser = house.client_for(house.tenant)
    for more in NONSENSE:
        provider.forget_published(issuer=house.idp.issuer)
        house.idp.more = more
        assert_refused(house, browser.get("/sign-in/sso"))
    for body in NOTHING:
        provider.forget_published(issuer=house.idp.issuer)
        house.idp.answers["/.well-known/openid-configuration"] = lambda body=body: (200, body)  # type: ignore[misc] # bound now
        assert_refused(house, browser.get("/sign-in/sso"))


def test_a_provider_does_not_lead_us_into_our_own_network(house: House) -> None:
    provider.forget_published(issuer=house.idp.issuer)
    house.idp.more = {"token_endpoint": "http://10.0.0.1/token"}
    assert_refused(house, house.sign_in(email=house.address())[1])
