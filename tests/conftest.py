"""What every test may ask for: a database of its own run, tenants, members, clients. Each test makes its own tenant."""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import django
import hypothesis
import pytest

ARCHIVES = tempfile.TemporaryDirectory()  # where exports are kept, for children too; gone at the end of the run
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
os.environ["YUNKE_EXPORTS_FOLDER"] = ARCHIVES.name
os.environ["YUNKE_FILES_FOLDER"] = f"{ARCHIVES.name}/files"
django.setup()

from django.conf import settings  # noqa: E402 # only after django.setup()
from django.test import Client  # noqa: E402 # only after django.setup()

from tenants.context import TenantRef, platform_context  # noqa: E402 # only after django.setup()
from tenants.members.commands import add_member  # noqa: E402 # only after django.setup()
from tenants.members.hashers import Argon2id  # noqa: E402 # only after django.setup()
from tenants.members.member import Member  # noqa: E402 # only after django.setup()
from tenants.members.proof import Proof, Way  # noqa: E402 # only after django.setup()
from tenants.members.sessions import SessionStore, begin  # noqa: E402 # only after django.setup()
from tenants.provisioning import sign_up  # noqa: E402 # only after django.setup()
from tests.browser import Browser  # noqa: E402 # only after django.setup()
from tests.database import fresh_database  # noqa: E402 # only after django.setup()

# Tests make thousands of people, and none of them is about what a password costs whoever guesses.
Argon2id.time_cost, Argon2id.memory_cost = 1, 64

hypothesis.settings.register_profile("yunke", deadline=None)  # how long an example takes says little on a busy machine
hypothesis.settings.load_profile("yunke")

PASSWORD = "correct horse 9 battery"
BY_PASSWORD = Proof(way=Way.PASSWORD)

MakeTenant = Callable[..., TenantRef]
MakeMember = Callable[..., Member]
ClientFor = Callable[..., Client]


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """A migrated database, gone when the run ends; answers its DSN, which subprocesses find in DATABASE_URL."""
    with fresh_database(durable=False) as dsn:
        yield dsn


@pytest.fixture
def make_tenant(database: str) -> MakeTenant:
    """Make an active tenant by signing it up; a random slug unless one is given."""

    def make(*, slug: str | None = None, name: str = "Acme") -> TenantRef:
        chosen = slug or f"t-{secrets.token_hex(6)}"
        email = f"owner-{secrets.token_hex(6)}@example.com"
        return sign_up(name=name, slug=chosen, email=email, password=PASSWORD, now=datetime.now(UTC), verified=True)

    return make


@pytest.fixture
def tenant(make_tenant: MakeTenant) -> TenantRef:
    return make_tenant()


@pytest.fixture
def make_member(database: str) -> MakeMember:
    """Make a member of a tenant, an agent unless told otherwise; the password is PASSWORD."""

    def make(tenant: TenantRef, *, role: str = "agent", name: str = "Ada", email: str | None = None) -> Member:
        address = email or f"{role}-{secrets.token_hex(6)}@example.com"
        return add_member(tenant=tenant, email=address, name=name, password=PASSWORD, role=role)

    return make


@pytest.fixture
def member(make_member: MakeMember, tenant: TenantRef) -> Member:
    """An agent of `tenant`."""
    return make_member(tenant)


def _somewhere() -> str:
    """Answer an address in the net that no other test comes from: tries are counted by it, in the database of all."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


@pytest.fixture
def client_for(database: str) -> ClientFor:
    """Make a browser on a tenant's host, signed in as a member if one is given."""

    def make(tenant: TenantRef, member: Member | None = None, *, csrf: bool = False) -> Client:
        client = Browser(
            csrf=csrf,
            headers={"host": f"{tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"},
            REMOTE_ADDR=_somewhere(),
        )
        if member:
            session = SessionStore()
            now = datetime.now(UTC)
            begin(session=session, tenant=tenant, person_id=member.person_id, proof=BY_PASSWORD, now=now)
            session.save()
            client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return client

    return make


@pytest.fixture
def platform_client(database: str) -> Client:
    """A browser on the platform's own host."""
    return Browser(headers={"host": settings.YUNKE_PLATFORM_HOSTS[0]}, REMOTE_ADDR=_somewhere())


@pytest.fixture
def platform(database: str) -> Iterator[None]:
    """Run the whole test as the platform."""
    with platform_context():
        yield


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case of bytes by its argument: what packs or seals them may differ from process to process."""
    return argname if isinstance(val, bytes) else None
