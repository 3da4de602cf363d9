"""What one thread does in one turn, for one company: each reads and holds what it reads to be the company's own."""

import random
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import QuerySet

from config.wiring import READERS
from conversations.contacts.models import Contact
from conversations.definitions.models import Definition
from conversations.engine import log
from conversations.engine.readers import run_readers
from conversations.threads import commands
from conversations.threads.actors import of_member
from tenants.context import platform_context, tenant_context
from tenants.models import Tenant
from tenants.queries import find_tenant_by_host, get_tenant_name
from tests.architecture.probe.checks import Leak
from tests.architecture.probe.mirror.company import Company

HOPS: Final = 40
MARK: Final = re.compile(r"canary-[0-9a-f]{8}")


class Foreign(Leak):
    """Something of another company was read."""


def hold(company: Company, text: str, *, some: bool = True) -> None:
    """Raise Foreign unless every mark in the text is the company's, and there is one."""
    marks = set(MARK.findall(text))
    if marks - {company.mark} or (some and not marks):
        raise Foreign(f"{company.mark} reads {marks or text[:300]}")


def read_rows(company: Company, _chosen: random.Random) -> None:
    with tenant_context(company.tenant):
        hold(company, str([row.body for row in Definition.objects.filter(kind="canned_reply")]))
        hold(company, str(list(_marked()[:3])))


def read_log(company: Company, _chosen: random.Random) -> None:
    with tenant_context(company.tenant):
        hold(company, str([event.body for event in log.read_tenant(after=0, limit=20)]))


def _marked() -> QuerySet[Contact, str]:
    """Answer the names that say whose they are; other visitors of the company, who have none, may have come besides."""
    return Contact.objects.filter(name__contains="canary").values_list("name", flat=True)


def look_around(company: Company, _chosen: random.Random) -> None:
    """Change the scope between statements, as sign-in and provisioning do."""
    with tenant_context(company.tenant):
        hold(company, _marked()[0])
        with platform_context():
            assert Tenant.objects.filter(id=company.tenant.id).exists()
        hold(company, get_tenant_name(tenant=company.tenant))
        hold(company, str([row.body for row in Definition.objects.filter(kind="canned_reply")[:1]]))
    assert find_tenant_by_host(host=company.host) == company.tenant


def browse(company: Company, chosen: random.Random) -> None:
    client = company.browser() if chosen.random() < 0.5 else company.program()
    for path in chosen.sample(["conversations?limit=5", "contacts?limit=5", "events?limit=5", "inboxes"], k=2):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.content
        hold(company, answer.content.decode())


def write(company: Company, chosen: random.Random) -> None:
    guest = chosen.choice(company.guests[:2])
    with tenant_context(company.tenant):
        commands.post_message(
            conversation=guest.conversation,
            actor=of_member(member=company.owner),
            text=f"{company.mark} storms",
            client_id=secrets.token_hex(8),
            now=datetime.now(UTC),
        )


def fail(company: Company, _chosen: random.Random) -> None:
    """Write and roll back."""
    mine = {"id": company.guests[0].actor.id}
    with tenant_context(company.tenant):
        with suppress(ZeroDivisionError), transaction.atomic():
            _spoil(Contact.objects.filter(**mine).update(name="nobody"))
        hold(company, str(list(Contact.objects.filter(**mine).values_list("name"))))


def _spoil(_rows: int) -> None:
    raise ZeroDivisionError


def work(company: Company, _chosen: random.Random) -> None:
    with tenant_context(company.tenant):
        run_readers(readers=READERS, now=datetime.now(UTC))


TURNS: Final[tuple[Callable[[Company, random.Random], Any], ...]] = (
    read_rows,
    read_rows,
    read_log,
    look_around,
    look_around,
    browse,
    write,
    fail,
    work,
)


def hop(companies: list[Company], chosen: random.Random) -> None:
    """Go from company to company on one connection, a statement or two in each: what a stale setting would show at."""
    for _ in range(HOPS):
        company = chosen.choice(companies)
        with tenant_context(company.tenant):
            if chosen.random() < 0.1:
                with transaction.atomic():
                    hold(company, str(Definition.objects.filter(kind="inbox").values_list("body", flat=True)))
            with connection.cursor() as cursor:
                cursor.execute("SELECT name FROM contact WHERE id = %s", [company.guests[0].actor.id])
                hold(company, str(cursor.fetchall()))
        if chosen.random() < 0.05:
            with platform_context():
                assert Tenant.objects.filter(slug=company.tenant.slug).exists()


def take_turn(companies: list[Company], chosen: random.Random) -> None:
    """Do something; then the connection goes back to the pool, so that somebody else gets it."""
    try:
        if chosen.random() < 0.5:
            hop(companies, chosen)
        else:
            chosen.choice(TURNS)(chosen.choice(companies), chosen)
    finally:
        connection.close()
