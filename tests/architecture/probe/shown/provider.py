"""What a browser carries while a company's provider is asked: where both companies trust the same one, as the same.

Neither the state of a session nor the answer of the provider says whose it is: what is kept in the session must.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.test import Client

from tenants.context import platform_context
from tenants.models import SsoDomain, SsoIdentity, SsoProvider
from tenants.secrets import seal
from tenants.sso.going import SECRET as PLACE
from tests.architecture.probe.mirror.company import PASSWORD, Company
from tests.architecture.probe.shown.kind import Credential, Kind, browser_with, cookie_of, leads, session_key
from tests.architecture.probe.shown.mails import KINDS as MAILS
from tests.oidc import CLIENT, SECRET, Provider, providing

CONNECT: Final = "/sign-in/sso/connect"
KEPT: Final = ("issuer", "client_id", "secret", "role", "is_on")


@contextmanager
def at_one_provider(*companies: Company) -> Iterator[Provider]:
    """Let these companies trust one provider, that knows them as one client, and what it says of one domain."""
    with providing(algorithm="ES256") as found:
        was = {company.mark: _trust(company, found) for company in companies}
        try:
            yield found
        finally:
            for company in companies:
                _trust_as_before(company, found, was[company.mark])


def _trust(company: Company, found: Provider) -> dict[str, Any]:
    """Answer what the company's provider was; one that was taken away meanwhile is made again."""
    tenant = company.tenant.id
    with platform_context():
        row, _ = SsoProvider.objects.get_or_create(tenant_id=tenant)
        was = {name: getattr(row, name) for name in KEPT}
        sealed = seal(text=SECRET, purpose=PLACE, tenant=tenant, row=row.id)
        said = {"issuer": found.issuer, "client_id": CLIENT, "secret": sealed, "role": "agent", "is_on": True}
        SsoProvider.objects.filter(id=row.id).update(**said)
        SsoDomain.objects.create(tenant_id=tenant, domain=_domain(found), token="x", proved_at=datetime.now(UTC))
    return was


def _trust_as_before(company: Company, found: Provider, was: dict[str, Any]) -> None:
    tenant = company.tenant.id
    with platform_context():
        SsoProvider.objects.filter(tenant_id=tenant).update(**was)
        SsoDomain.objects.filter(tenant_id=tenant, domain=_domain(found)).delete()
        SsoIdentity.objects.filter(tenant_id=tenant, issuer=found.issuer).delete()


def _domain(found: Provider) -> str:
    return f"n{urlsplit(found.issuer).port}.example"


def _go(client: Client, found: Provider, email: str) -> str:
    """Go to the provider, which names somebody; answer the query with which the browser is sent back."""
    found.who = {"sub": secrets.token_hex(8), "email": email}
    away = client.get("/sign-in/sso")
    return urlsplit(found.approve(away.headers["Location"])).query


@contextmanager
def _sent_back(ours: Company, theirs: Company) -> Iterator[Credential]:
    with at_one_provider(ours, theirs) as found:
        client = ours.anybody()
        query = _go(client, found, f"{ours.mark}-{secrets.token_hex(4)}@{_domain(found)}")
        yield Credential(cookie_of(client), query)


def _come_back(company: Company, one: Credential) -> Any:
    return browser_with(company, one.text).get(f"/sign-in/sso/callback?{one.along}")


@contextmanager
def _named(ours: Company, theirs: Company) -> Iterator[Credential]:
    """Somebody whom the provider has named and who is somebody of their own: they are asked for their password."""
    with at_one_provider(ours, theirs) as found:
        now, domain = datetime.now(UTC), ours.both.email.partition("@")[2]
        with platform_context():
            for company in (ours, theirs):
                SsoDomain.objects.create(tenant_id=company.tenant.id, domain=domain, token="x", proved_at=now)
        try:
            client = ours.anybody()
            answer = client.get(f"/sign-in/sso/callback?{_go(client, found, ours.both.email)}")
            assert answer.headers["Location"] == CONNECT, answer.content
            yield Credential(cookie_of(client))
        finally:
            with platform_context():
                SsoDomain.objects.filter(domain=domain, tenant__in=[ours.tenant.id, theirs.tenant.id]).delete()


def _connect(company: Company, one: Credential) -> Any:
    return browser_with(company, one.text).post(CONNECT, {"password": PASSWORD})


@contextmanager
def _invited(ours: Company, theirs: Company) -> Iterator[Credential]:
    """A browser that has shown an invitation, and may go to the provider to accept it."""
    (invitation,) = [kind for kind in MAILS if kind.name == "invitation"]
    with at_one_provider(ours, theirs), invitation.make(ours, theirs) as code:
        client = ours.anybody()
        assert client.post("/invitation", {"code": code.text}).status_code == 200
        yield Credential(cookie_of(client))


def _go_and_accept(company: Company, one: Credential) -> Any:
    return browser_with(company, one.text).get("/sign-in/sso?invitation=1")


KINDS: Final = (
    Kind(
        name="state of a sign-in by a provider",
        make=_sent_back,
        show=_come_back,
        works=leads("/"),
        made_up=session_key,
        once=True,
    ),
    Kind(
        name="named by a provider",
        make=_named,
        show=_connect,
        works=lambda answer: leads("/")(answer) and not leads(CONNECT)(answer),
        made_up=session_key,
    ),
    Kind(
        name="invitation that a browser has shown",
        make=_invited,
        show=_go_and_accept,
        works=leads("http://127.0.0.1"),
        made_up=session_key,
    ),
)
