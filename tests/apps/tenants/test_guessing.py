"""Sign-up tells whether an address and a password belong together, so it bears no more guesses than signing in."""

import secrets

import pytest
from django.test import Client

from tenants.provisioning import door
from tenants.tries import Tries
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _all_tries_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "FROM_ONE_PLACE", Tries(name=secrets.token_hex(4), limit=100))
    monkeypatch.setattr(door, "FOR_ONE_PERSON", Tries(name=secrets.token_hex(4), limit=3))


def test_a_password_cannot_be_guessed_by_signing_up(platform_client: Client) -> None:
    email = f"{secrets.token_hex(6)}@example.com"

    def sign_up(password: str, address: str = email) -> int:
        slug = f"s-{secrets.token_hex(6)}"
        body = {"name": "Acme", "slug": slug, "email": address, "password": password}
        return platform_client.post("/api/v1/tenants", body, content_type="application/json").status_code

    assert sign_up(PASSWORD) == 201
    assert [sign_up(f"wrong horse {n} battery") for n in range(4)] == [422, 422, 422, 429]
    assert sign_up(PASSWORD, address=email.upper()) == 429
    assert sign_up(PASSWORD, address=f"other-{email}") == 201
