"""Who never confirms is reminded twice, and once only each time; who did so by other means is left in peace."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from django.db import connection

from tenants.confirming.abandoned import confirm_proved, remind, remove_abandoned
from tenants.confirming.letters import Letter
from tenants.context import TenantRef, platform_context
from tenants.mail.models import Mail
from tenants.models import Person, Tenant
from tenants.provisioning import sign_up
from tenants.queries import find_tenant
from tests.conftest import PASSWORD

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def abandoned() -> TenantRef:
    slug = f"a-{secrets.token_hex(6)}"
    letter = Letter(origin=f"http://{slug}.localhost", language="zh-hans")
    return sign_up(name="Acme", slug=slug, email=f"{slug}@example.com", password=PASSWORD, now=NOW, letter=letter)


def count_mails(tenant: TenantRef) -> int:
    with platform_context():
        return Mail.objects.filter(tenant=tenant.id).count()


def test_two_reminders_each_once(database: str) -> None:
    tenant = abandoned()
    counts = []
    for hours in (1, 23, 24, 25, 143, 144, 145):
        remind(now=NOW + timedelta(hours=hours))
        counts.append(count_mails(tenant))
    assert counts == [1, 1, 2, 2, 2, 3, 3]
    with platform_context():
        last = Mail.objects.filter(tenant=tenant.id).order_by("-id")[0]
    assert last.subject == "待办：为 Acme 确认邮箱"


def test_a_worker_that_was_away_sends_the_last_one_alone(database: str) -> None:
    tenant = abandoned()
    remind(now=NOW + timedelta(days=6, hours=12))
    remind(now=NOW + timedelta(days=6, hours=13))
    assert count_mails(tenant) == 2


def test_several_workers_send_it_once(database: str) -> None:
    tenant = abandoned()

    def work(_n: int) -> None:
        try:
            remind(now=NOW + timedelta(days=2))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=4) as threads:
        list(threads.map(work, range(4)))
    assert count_mails(tenant) == 2


def test_who_proved_the_address_otherwise_is_confirmed(database: str) -> None:
    tenant = abandoned()
    confirm_proved(now=NOW)
    with platform_context():
        assert Tenant.objects.get(id=tenant.id).confirmed_at is None
        Person.objects.filter(email=f"{tenant.slug}@example.com").update(verified_at=NOW)
    confirm_proved(now=NOW)
    found = find_tenant(tenant_id=tenant.id)
    assert found
    assert found.confirmed
    remind(now=NOW + timedelta(days=2))
    assert count_mails(tenant) == 1


def test_after_a_week_it_is_closed_and_to_be_deleted(database: str) -> None:
    tenant, proved = abandoned(), abandoned()
    with platform_context():
        Person.objects.filter(email=f"{proved.slug}@example.com").update(verified_at=NOW)
    remove_abandoned(now=NOW + timedelta(days=6, hours=23))
    assert delete_at(tenant) is None
    over = NOW + timedelta(days=7)
    for _ in range(2):
        remove_abandoned(now=over)
        remind(now=over)
    assert (delete_at(tenant), delete_at(proved)) == (over, None)
    found = find_tenant(tenant_id=tenant.id)
    assert found
    assert found.closed
    assert found.closed.kind == "deletion"
    assert count_mails(tenant) == 1, "nobody is reminded of what is over"


def delete_at(tenant: TenantRef) -> datetime | None:
    with platform_context():
        return Tenant.objects.get(id=tenant.id).delete_at
