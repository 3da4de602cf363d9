"""Sign-up is killed at every point, by an exception and by SIGKILL: it is finished later, or it never was."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Never

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from conversations.definitions.inbox.queries import get_inboxes
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.database.clone import digest
from tenants.models import Membership, Person, ReadySchema, Tenant, TenantState
from tenants.provisioning import resume_unfinished, sign_up, steps
from tenants.provisioning.ready import refill
from tenants.queries import find_tenant_by_slug
from tests.conftest import PASSWORD
from tests.guarantees.killing import FILLING, POINTS, stopping_at

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNDONE = "the company written, not committed"
SIGN_UP_SECONDS = 0.7


class Cut(RuntimeError):
    """Where the sign-up is cut off."""


def cut() -> Never:
    raise Cut


def by_exception(point: str, slug: str) -> None:
    with stopping_at(point, stop=cut), pytest.raises(Cut):
        sign_up(name="Acme", slug=slug, email=f"{slug}@example.com", password=PASSWORD, now=datetime.now(UTC))


def by_sigkill(point: str, slug: str) -> None:
    command = [sys.executable, "-m", "tests.guarantees.killing", point, slug]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    killed = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.parametrize("end", [by_exception, by_sigkill])
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_sign_up_is_finished_by_the_worker(database: str, point: str, end: Callable[[str, str], None]) -> None:
    slug = f"k-{secrets.token_hex(6)}"
    end(point, slug)
    if point == UNDONE:
        assert nothing_of(slug)
        return
    assert (find_tenant_by_slug(slug=slug) is not None) is (point == "active")
    assert resume_unfinished(now=datetime.now(UTC)) == []  # the process that began it may still be at work
    resume_unfinished(now=datetime.now(UTC) + timedelta(minutes=1))
    tenant = find_tenant_by_slug(slug=slug)
    assert tenant
    assert whole(tenant)


def nothing_of(slug: str) -> bool:
    with platform_context():
        tenants = Tenant.objects.filter(slug=slug).exists()
        return not tenants and not Person.objects.filter(email=f"{slug}@example.com").exists()


def whole(tenant: TenantRef) -> bool:
    with platform_context(), connection.cursor() as cursor:
        same = digest(cursor, schema=tenant.schema) == digest(cursor, schema=settings.YUNKE_TEMPLATE_SCHEMA)
        owners = Membership.objects.filter(tenant_id=tenant.id, role="owner").count()
    with tenant_context(tenant):
        return same and owners == 1 and len(get_inboxes()) == 1


def test_one_that_cannot_be_finished_keeps_no_other_waiting(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slugs = [f"k-{secrets.token_hex(6)}" for _ in range(2)]
    for slug in slugs:
        by_exception("reserved", slug)
    with platform_context():
        stuck = Tenant.objects.get(slug=slugs[0])
    clone = steps.clone
    monkeypatch.setitem(
        steps.STEPS, TenantState.RESERVED, lambda tenant: cut() if tenant.id == stuck.id else clone(tenant)
    )
    resume_unfinished(now=datetime.now(UTC) + timedelta(minutes=1))
    assert [find_tenant_by_slug(slug=slug) is not None for slug in slugs] == [False, True]
    monkeypatch.undo()
    resume_unfinished(now=datetime.now(UTC) + timedelta(minutes=1))
    assert find_tenant_by_slug(slug=slugs[0])


def test_a_batch_of_ready_schemas_that_was_killed_leaves_nothing_and_is_made_by_the_next(database: str) -> None:
    before = _names()
    by_sigkill(FILLING, "6")
    assert _names() == before
    with override_settings(YUNKE_READY_SCHEMAS=6):
        assert refill(now=NOW) == 6  # the lock of the dead is free
    with platform_context():
        ReadySchema.objects.update(state="gone")
    refill(now=NOW)
    assert _names() == before


def _names() -> tuple[set[str], set[str], int]:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace UNION ALL SELECT 'role ' || rolname FROM pg_roles")
        names = {name for (name,) in cursor.fetchall() if "temp" not in name}
        return names, set(ReadySchema.objects.values_list("schema", flat=True)), Tenant.objects.count()


def test_sign_up_is_quick(database: str) -> None:
    def once() -> float:
        slug = f"q-{secrets.token_hex(6)}"
        begun = time.perf_counter()
        sign_up(name="Acme", slug=slug, email=f"{slug}@example.com", password=PASSWORD, now=datetime.now(UTC))
        return time.perf_counter() - begun

    assert min(once() for _ in range(3)) < SIGN_UP_SECONDS
