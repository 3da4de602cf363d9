"""The key ring gets a new first key: secrets are sealed anew, by a process that is killed half-way, and by the next.

Until then both keys open what there is, and partners hear of everything; then the old one is taken out.
"""

import base64
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import call_command

from conversations.threads.actors import of_member
from integrations.secrets import Sealed
from integrations.webhooks import commands
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import open_sealed
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.factors import code_apps
from tenants.models import Person
from tenants.secrets import Unreadable, is_current
from tests.conftest import MakeMember, MakeTenant
from tests.serving import ROOT

OLD: Final = "old:" + base64.b64encode(bytes(32)).decode()
NEW: Final = "new:" + base64.b64encode(bytes([1] * 32)).decode()


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Any:
    def turn(keys: str) -> None:
        monkeypatch.setattr(settings, "YUNKE_KEYS", keys)
        monkeypatch.setenv("YUNKE_KEYS", keys)

    return turn


def register(tenant: TenantRef, make_member: MakeMember, count: int) -> None:
    """Register some endpoints, each with a header that is a secret, too."""
    by = of_member(member=make_member(tenant, role="admin"))
    with tenant_context(tenant):
        for n in range(count):
            terms: dict[str, Any] = {"description": "", "kinds": [], "scopes": [], "headers": {"X-Secret": f"word {n}"}}
            commands.register(url=f"https://example.com/{n}", **terms, by=by, now=datetime.now(UTC))


def read(tenants: list[TenantRef]) -> tuple[dict[UUID, Sealed], list[bool]]:
    """Answer what is sealed, and which of it is by the first key."""
    opened, current = {}, []
    for tenant in tenants:
        with tenant_context(tenant):
            for row in Endpoint.objects.all():
                opened[row.id] = open_sealed(endpoint=row)
                current.append(is_current(sealed=row.sealed))
    return opened, current


def test_whoever_is_killed_is_followed_by_somebody_who_goes_on(
    database: str, tenant: TenantRef, make_tenant: MakeTenant, make_member: MakeMember, ring: Any
) -> None:
    ring(OLD)
    tenants = [tenant, make_tenant()]
    for one in tenants:
        register(one, make_member, 5)
    person = make_member(tenant, role="agent").person_id
    with platform_context():
        app = code_apps.begin(person=Person.objects.get(id=person), name="phone", now=datetime.now(UTC))
        word = code_apps.secret_of(app)
    before, current = read(tenants)
    assert current == [True] * 10

    ring(f"{NEW},{OLD}")
    assert read(tenants) == (before, [False] * 10)
    for texts in (5, 6):
        child = subprocess.run(
            [sys.executable, "-m", "tests.guarantees.stopped_resealing", str(texts)],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
            check=False,
        )
        assert child.returncode == -signal.SIGKILL
    half, current = read(tenants)
    assert half == before, "whatever has which key, it opens"
    assert True in current
    assert False in current

    call_command("reseal")
    assert read(tenants) == (before, [True] * 10)
    ring(NEW)
    assert read(tenants)[0] == before
    with platform_context():
        app.refresh_from_db()
        assert code_apps.secret_of(app) == word
    ring(OLD)
    with pytest.raises(Unreadable):
        read(tenants)


def test_it_stays_bound_to_its_tenant_and_row(
    tenant: TenantRef, make_member: MakeMember, ring: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ring(OLD)
    register(tenant, make_member, 2)
    with tenant_context(tenant):
        one, two = Endpoint.objects.order_by("id")
        Endpoint.objects.filter(id=two.id).update(sealed=one.sealed)
    ring(f"{NEW},{OLD}")
    call_command("reseal")
    assert f"webhook_endpoint {two.id}: no key of the ring opens it." in capsys.readouterr().out
    with tenant_context(tenant):
        sealed = {row.id: row.sealed for row in Endpoint.objects.all()}
    assert sealed[two.id] == one.sealed, "what does not open is left as it is"
    assert is_current(sealed=sealed[one.id])
