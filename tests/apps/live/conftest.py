"""A running server, and a company whose people come with tickets."""

from collections.abc import Callable, Iterator

import pytest

from conversations.live.tickets import issue_pass, sign_ticket
from tenants.context import TenantRef
from tenants.members.member import Member
from tests.conftest import ClientFor
from tests.serving import Server
from tests.shop import Guest, Shop

Ticket = Callable[..., str]


@pytest.fixture(scope="session")
def server(database: str) -> Iterator[Server]:
    """One server for all tests that do not harm it."""
    with Server(dsn=database) as running:
        yield running


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def guest(shop: Shop) -> Guest:
    """A visitor who has said hello: started is seq 1, hello is seq 2."""
    return shop.welcome(text="hello")


@pytest.fixture
def member_ticket(client_for: ClientFor) -> Ticket:
    """Fetch a ticket as a signed-in member. Call it before the loop runs, or apart."""

    def fetch(tenant: TenantRef, member: Member, *, origin: str = "") -> str:
        client = client_for(tenant, member)
        headers = {"origin": origin} if origin else {}
        answer = client.post("/api/v1/live-tickets", {}, content_type="application/json", headers=headers)
        assert answer.status_code == 201
        ticket: str = answer.json()["ticket"]
        return ticket

    return fetch


def guest_ticket(shop: Shop, guest: Guest, *, origin: str = "") -> str:
    """Answer a ticket as a visitor's widget would get it."""
    return sign_ticket(pass_=issue_pass(tenant=shop.tenant, actor=guest.actor, origin=origin))
