"""A suspended tenant: everything can be read, nothing can be changed, by any way, and it says so."""

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from config.openapi import find_operations
from config.sweeping import Sweep
from config.worker import Worker
from conversations.access.commands import make_key
from conversations.access.models import ApiKey
from conversations.engine import log
from conversations.engine.models import ReaderCursor
from tenants.audit.models import AuditNote
from tenants.context import TenantRef, current_tenant, platform_context, tenant_context
from tenants.members.member import Member
from tenants.models import Head
from tenants.provisioning.suspension import resume, suspend
from tenants.queries import find_tenant_by_host, get_open_tenants
from tenants.refusals import Invalid, Suspended
from tests.conftest import PASSWORD, ClientFor, MakeMember
from tests.shop import Guest, Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
WHY = "The invoice of May is not paid."
JSON = "application/json"


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello")


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner")


@pytest.fixture
def closed(shop: Shop, guest: Guest, owner: Member) -> TenantRef:
    return suspend(slug=shop.tenant.slug, reason=WHY, now=NOW)


@pytest.fixture
def browser(shop: Shop, owner: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, owner)


def everything(tenant: TenantRef) -> dict[str, list[str]]:
    """Every row of the tenant's schema."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", [tenant.schema]
        )
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{tenant.schema}"."{table}" t')
            found[table] = sorted(row for (row,) in cursor.fetchall())
    return found


def test_every_change_over_rest_is_refused(browser: Client, closed: TenantRef, guest: Guest) -> None:
    before = everything(closed)
    tried = 0
    for operation in find_operations():
        if operation.method == "get" or operation.said is None or operation.said.while_closed:
            continue
        if operation.path.startswith(("/api/v1/visitors", "/api/v1/inbound")):
            continue  # whom the browser is nobody to
        path = re.sub(r"{\w+}", str(guest.conversation), operation.path.replace("{seq}", "1"))
        for headers in ({}, {"idempotency-key": secrets.token_hex(8)}):
            body = dict(operation.said.example)
            answer = getattr(browser, operation.method)(path, body, content_type=JSON, headers=headers)
            told = answer.json()
            assert (answer.status_code, told["code"]) == (403, "suspended"), (path, told)
            assert WHY in told["detail"]
        tried += 1
    assert tried > 15
    assert everything(closed) == before


def test_everything_can_be_read(browser: Client, closed: TenantRef, guest: Guest) -> None:
    for path in (
        "/api/v1/me",
        "/api/v1/conversations",
        f"/api/v1/conversations/{guest.conversation}/messages",
        "/api/v1/contacts",
        "/api/v1/events",
        "/api/v1/keys",
        "/api/v1/inboxes",
        "/api/v1/definitions",
        "/api/v1/definitions/export",
    ):
        assert browser.get(path).status_code == 200, path


def test_pages_say_so_and_take_nothing(browser: Client, closed: TenantRef, client_for: ClientFor) -> None:
    for path in ("/", "/settings/inboxes"):
        assert WHY in browser.get(path).content.decode()
    refused = browser.post("/settings/inboxes", {"key": "x"})
    assert refused.status_code == 403
    assert "takes no changes" in refused.content.decode()
    stranger = client_for(closed).get("/sign-in", headers={"accept-language": "zh"}).content.decode()
    assert "已被暂停" in stranger
    assert WHY not in stranger, "the reason is for the company's own people"


def test_people_sign_in_and_out(closed: TenantRef, owner: Member, client_for: ClientFor) -> None:
    client = client_for(closed)
    body = {"email": owner.email, "password": PASSWORD}
    assert client.post("/api/v1/session", body, content_type=JSON).status_code == 200
    assert client.post("/api/v1/live-tickets", {}, content_type=JSON).status_code == 201
    assert client.delete("/api/v1/session").status_code == 204
    assert client.post("/sign-in", body).status_code == 302
    assert client.post("/language", {"language": "en", "next": "/"}).status_code == 302
    assert client.post("/sign-out").status_code == 302


def test_a_key_reads_and_writes_nothing(shop: Shop, guest: Guest, owner: Member, client_for: ClientFor) -> None:
    with tenant_context(shop.tenant):
        scopes = ["conversations.view", "conversations.reply"]
        key, secret = make_key(name="Robot", scopes=scopes, networks=[], expires_at=None, by=owner, now=NOW)
    closed = suspend(slug=shop.tenant.slug, reason=WHY, now=NOW)
    client = client_for(closed)
    headers = {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/conversations", headers=headers).status_code == 200
    path = f"/api/v1/conversations/{guest.conversation}/messages"
    answer = client.post(path, {"id": "1", "text": "hi"}, content_type=JSON, headers=headers)
    assert answer.json()["detail"].endswith(WHY)
    assert client.post(path, {}, content_type=JSON, headers={"authorization": "Bearer no"}).status_code == 401
    with tenant_context(closed):
        assert ApiKey.objects.get(id=key.id).last_used_at is None


def test_visitors_read_and_nobody_new_comes(shop: Shop, closed: TenantRef, guest: Guest, client_for: ClientFor) -> None:
    client, body = client_for(closed), {"inbox": shop.inbox}
    known = client.post("/api/v1/visitors", body, content_type=JSON, headers=guest.headers)
    assert (known.status_code, known.json()["conversation"]) == (200, str(guest.conversation))
    assert client.post("/api/v1/live-tickets", {}, content_type=JSON, headers=guest.headers).status_code == 201
    for path, headers in (("/api/v1/visitors", {}), ("/api/v1/visitors/conversation", guest.headers)):
        answer = client.post(path, body if not headers else {}, content_type=JSON, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "suspended")
        assert WHY not in answer.json()["detail"]


def test_the_database_refuses_whoever_forgets_to_ask(shop: Shop, closed: TenantRef, guest: Guest) -> None:
    before = everything(closed)
    with tenant_context(closed):
        with pytest.raises(Suspended):
            ReaderCursor.objects.create(reader="x")
        with pytest.raises(Suspended), transaction.atomic():
            ReaderCursor.objects.filter(reader="x").update(position=1)
        with pytest.raises(Suspended), transaction.atomic():
            ReaderCursor.objects.select_for_update().first()
        assert log.get_position() > 0, "the connection goes on"
    with pytest.raises(Suspended):  # a process that has not heard of it yet: its session may write, the head refuses
        shop.say(guest.conversation, guest.actor, "too late")
    with tenant_context(shop.tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)
    assert everything(closed) == before


def test_the_worker_leaves_it_alone_until_it_is_resumed(shop: Shop, guest: Guest) -> None:
    shop.say(guest.conversation, guest.actor, "something for the readers")
    closed = suspend(slug=shop.tenant.slug, reason=WHY, now=NOW)
    before = everything(closed)
    worker, swept = Worker(), []

    def step(*, now: datetime) -> None:
        swept.append(current_tenant().id)

    worker._look()
    Sweep(step, lambda: [tenant for tenant in get_open_tenants() if tenant.id == closed.id]).go_on(now=NOW)
    assert everything(closed) == before
    assert swept == []
    resume(slug=closed.slug, now=NOW)
    while worker._look():
        pass
    assert everything(closed)["reader_cursor"], "the same worker goes on with it"


def test_it_is_resumed(shop: Shop, closed: TenantRef, guest: Guest, browser: Client) -> None:
    again = suspend(slug=closed.slug, reason="Another reason.", now=NOW + timedelta(days=1))
    assert again.closed
    assert again.closed.reason == "Another reason."
    open_ = resume(slug=closed.slug, now=NOW)
    assert open_ == resume(slug=closed.slug, now=NOW) == shop.tenant
    path = f"/api/v1/conversations/{guest.conversation}/resolve"
    assert browser.post(path, {}, content_type=JSON).status_code == 200
    with platform_context():
        actions = list(
            AuditNote.objects.filter(tenant=closed.id, action__regex="suspended|resumed")
            .order_by("id")
            .values_list("action", flat=True)
        )
    assert actions == ["tenant.suspended"] * 2 + ["tenant.resumed"] * 2


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301, "\0"])
def test_a_reason_is_said(tenant: TenantRef, reason: str) -> None:
    with pytest.raises(Invalid):
        suspend(slug=tenant.slug, reason=reason, now=NOW)
    with platform_context():
        assert not Head.objects.get(schema=tenant.schema).closed


def test_operators_say_it_on_the_command_line(tenant: TenantRef, capsys: pytest.CaptureFixture[str]) -> None:
    run: Callable[..., object] = call_command
    run("suspend_tenant", tenant.slug, reason=WHY)
    found = find_tenant_by_host(host=f"{tenant.slug}.localhost")
    assert found
    assert found.closed
    run("resume_tenant", tenant.slug)
    assert find_tenant_by_host(host=f"{tenant.slug}.localhost") == tenant
    for command, more in (("suspend_tenant", {"reason": WHY}), ("resume_tenant", {})):
        with pytest.raises(CommandError, match="no company"):
            run(command, "nobody-here", **more)
    with pytest.raises(CommandError, match="Say why"):
        run("suspend_tenant", tenant.slug, reason=" ")
