"""A company with a provider that is on and a proved domain, and a browser that goes there and comes back."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.guessing import Guesses
from tenants.members import second, signing
from tenants.members.member import Member
from tenants.models import CodeApp, SsoDomain, Tenant
from tenants.sso import commands, door_pages, provider
from tenants.sso.commands import Wanted
from tenants.tries import Tries
from tests.conftest import ClientFor, MakeMember
from tests.oidc import CLIENT, SECRET, Provider, providing

NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    name = secrets.token_hex(4)
    monkeypatch.setattr(door_pages, "FROM_ONE_PLACE", Tries(name=name, limit=1000))
    monkeypatch.setattr(signing, "PASSWORDS", Guesses(name=name, from_one_place=10_000))
    monkeypatch.setattr(second, "FACTORS", Guesses(name=f"{name}-2", from_one_place=10_000))
    monkeypatch.setattr(provider, "_kept", {})


@pytest.fixture
def idp() -> Iterator[Provider]:
    with providing() as found:
        yield found


class House:
    """The company."""

    def __init__(self, *, tenant: TenantRef, owner: Member, client_for: ClientFor, idp: Provider) -> None:
        self.tenant, self.owner, self.idp = tenant, owner, idp
        self.client_for = client_for
        self.domain = f"{secrets.token_hex(4)}.example"
        with platform_context():
            SsoDomain.objects.create(tenant_id=tenant.id, domain=self.domain, token="x", proved_at=NOW)
        self.set()

    def set(self, **how: Any) -> None:
        """Set the provider; on, and strangers become agents, unless said otherwise."""
        words = {"issuer": self.idp.issuer, "client_id": CLIENT, "client_secret": SECRET, "role": "agent", "on": True}
        wanted = Wanted(**{**words, "only": False, **how})
        commands.set_provider(tenant=self.tenant, member=self.owner, wanted=wanted, now=NOW)

    def only(self) -> None:
        """Let nobody in by password."""
        give_factor(self.owner)
        self.set(only=True)

    def address(self) -> str:
        return f"ada-{secrets.token_hex(4)}@{self.domain}"

    def leave(self, browser: Client) -> str:
        """Answer where the browser is sent."""
        answer = browser.get("/sign-in/sso?next=/settings/second-factor")
        assert answer.status_code == 302, answer.content
        return str(answer.headers["location"])

    def back(self, browser: Client, url: str) -> Any:
        """Come back as the browser is told to."""
        parts = urlsplit(url)
        assert parts.hostname == f"{self.tenant.slug}.localhost"
        return browser.get(f"{parts.path}?{parts.query}")

    def sign_in(self, browser: Client | None = None, **who: Any) -> tuple[Client, Any]:
        """Go there and back as whom the provider names."""
        self.idp.who = {"sub": "s-1", **who}
        browser = browser or self.client_for(self.tenant)
        return browser, self.back(browser, self.idp.approve(self.leave(browser)))


def give_factor(member: Member) -> None:
    with platform_context():
        CodeApp.objects.create(person_id=member.person_id, name="x", secret="x", created_at=NOW, confirmed_at=NOW)


def require_factor(tenant: TenantRef) -> None:
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(require_second_factor=True)


@pytest.fixture
def house(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor, idp: Provider) -> House:
    owner = make_member(tenant, role="owner", name="Olivia")
    return House(tenant=tenant, owner=owner, client_for=client_for, idp=idp)
