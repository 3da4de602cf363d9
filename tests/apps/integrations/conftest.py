"""A shop, who manages its webhooks, a partner's server, and the worker's part without a worker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.test import Client

from conversations.engine.readers import Progress, run_readers
from integrations.webhooks.models import Delivery, Endpoint
from integrations.webhooks.reactions import READER
from integrations.webhooks.sending.dispatching import Dispatcher
from tenants.context import TenantRef, tenant_context
from tenants.outgoing import moments
from tests.conftest import ClientFor, MakeMember
from tests.receiver import Receiver, receiving
from tests.shop import Shop

JSON: Final = "application/json"
HOOKS: Final = "/api/v1/webhooks"


@dataclass
class Clock:
    """What time the sender takes it to be: later than it is by what a test lets pass."""

    later: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.later

    def let_pass(self, **span: float) -> None:
        self.later += timedelta(**span)


@dataclass
class Post:
    """What the worker does for one tenant: reads the log, sends, notes. Other tests' tenants are not looked at."""

    tenant: TenantRef
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.dispatcher = Dispatcher(clock=self.clock)
        self.schemas = {self.tenant.schema}

    def read(self, tenant: TenantRef | None = None) -> None:
        """Read a tenant's log, and send for it from now on."""
        self.schemas |= {tenant.schema} if tenant else set()
        with tenant_context(tenant or self.tenant):
            while run_readers(readers=[READER], now=self.clock()) is Progress.MORE:
                pass

    def send(self) -> None:
        """Send until nothing is due any more."""
        while self.dispatcher.go_on(self.clock()) or self.dispatcher.under_way:
            self.dispatcher.bell.wait(within_s=0.05)

    def work(self) -> None:
        self.read()
        self.send()

    @property
    def deliveries(self) -> list[Delivery]:
        with tenant_context(self.tenant):
            return list(Delivery.objects.order_by("id"))

    @property
    def endpoint(self) -> Endpoint:
        with tenant_context(self.tenant):
            return Endpoint.objects.get()


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def admin(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="admin"))


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def post(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    find_due = moments.find_due

    def find_own(**said: Any) -> list[str]:
        return [schema for schema in find_due(**{**said, "most": 100_000}) if schema in made.schemas]

    made = Post(shop.tenant)
    monkeypatch.setattr("integrations.webhooks.sending.dispatching.find_due", find_own)
    yield made
    made.dispatcher.drain(within_s=15)


Hook = Callable[..., dict[str, Any]]


@pytest.fixture
def hook(admin: Client, receiver: Receiver) -> Hook:
    """Register the receiver, or another address, and prove it; answer what was shown."""

    def make(*, url: str | None = None, proved: bool = True, **more: Any) -> dict[str, Any]:
        body = {"url": url or receiver.url, "scopes": ["notes:read", "personal:read"], **more}
        made = admin.post(HOOKS, body, content_type=JSON)
        assert made.status_code == 201, made.content
        said: dict[str, Any] = made.json()
        if proved:
            verified = do(admin, said, "verify")
            assert verified.status_code == 200, verified.content
            said |= verified.json()
        return said

    return make


def do(client: Client, hook: dict[str, Any], what: str, body: dict[str, Any] | None = None) -> Any:
    """Ask for something to be done to a webhook."""
    return client.post(f"{HOOKS}/{hook['id']}/{what}", body or {}, content_type=JSON)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
