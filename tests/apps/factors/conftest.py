"""Somebody who uses the API, signs in, and has factors."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.test import Client

from tenants.context import TenantRef
from tenants.guessing import Guesses
from tenants.members import proving, second
from tenants.members.member import Member
from tests.authenticator import Authenticator
from tests.conftest import PASSWORD, ClientFor

JSON = "application/json"


@pytest.fixture(autouse=True)
def fresh_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests share one address."""
    for module, name in ((second, "FACTORS"), (proving, "PROOFS")):
        monkeypatch.setattr(module, name, Guesses(name=secrets.token_hex(4), from_one_place=10_000))


class Person:
    """A member with a browser and what they carry with them."""

    def __init__(self, *, tenant: TenantRef, member: Member, client_for: ClientFor) -> None:
        self.tenant, self.member = tenant, member
        self.browser = client_for(tenant, member)
        self.stranger = client_for(tenant)
        self.secret = ""
        self.codes: list[str] = []
        self.key = Authenticator(origin=f"http://{tenant.slug}.localhost")

    def post(self, path: str, body: object, client: Client | None = None) -> Any:
        return (client or self.browser).post(f"/api/v1/{path}", body, content_type=JSON)

    def get_app(self) -> str:
        """Enrol an authenticator app; answer the factor's id. The code of the step before confirms it."""
        begun = self.post("me/factors", {"name": "Phone"}).json()
        self.secret = begun["secret"]
        confirmed = self.post(f"me/factors/{begun['id']}/confirm", {"code": self.code(-1)})
        assert confirmed.status_code == 200, confirmed.content
        self.codes = confirmed.json()["recovery_codes"] or self.codes
        return str(begun["id"])

    def get_key(self) -> str:
        """Enrol a security key; answer the factor's id."""
        options = self.post("me/webauthn/challenge", {"purpose": "register"}).json()["options"]
        added = self.post("me/webauthn", {"name": "Key", "credential": self.key.create(options)})
        assert added.status_code == 201, added.content
        self.codes = added.json()["recovery_codes"] or self.codes
        return str(added.json()["id"])

    def code(self, step: int = 0) -> str:
        """Answer the app's code of now, or of some steps later."""
        return pyotp.TOTP(self.secret).at(int(time.time()) + 30 * step)

    def first_step(self, client: Client | None = None, password: str = PASSWORD) -> Any:
        """Show the password; answer what the API says."""
        body = {"email": self.member.email, "password": password}
        return self.post("session", body, client or self.stranger)

    def second_step(self, ticket: str, **shown: object) -> Any:
        """Show the second factor."""
        return self.post("session", {"ticket": ticket, **shown}, self.stranger)


MakePerson = Callable[..., Person]


@pytest.fixture
def person(tenant: TenantRef, member: Member, client_for: ClientFor) -> Person:
    """An agent."""
    return Person(tenant=tenant, member=member, client_for=client_for)
