"""Idempotency-Key: the same request again gets the same answer and does nothing; twins never both run."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.sweeping import AT_ONCE, Sweep
from conversations.access.answers import (
    CLAIMED_FOR,
    KEPT_FOR,
    Asked,
    Kept,
    KeyReused,
    StillRunning,
    forget_answers,
    run_in_transaction,
    run_with_claim,
)
from conversations.access.models import ApiKey, IdempotencyKey
from tenants.context import TenantRef, tenant_context
from tests.apps.access.conftest import KeyClient
from tests.apps.threads.test_api import refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

KEYS: Final = "/api/v1/keys"
IMPORT: Final = "/api/v1/definitions/import"
NEW: Final = {"name": "Robot", "scopes": ["members.view"]}
NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
ASKED: Final = Asked("member 1", "k", "r")
DONE: Final = Kept(201, '{"done":1}')
WAYS: Final = pytest.mark.parametrize("once", [run_in_transaction, run_with_claim])


def post(client: Client, path: str, body: object, key: str = "k-1") -> Any:
    return client.post(path, body, content_type="application/json", headers={"idempotency-key": key})


def names(shop: Shop) -> list[str]:
    with tenant_context(shop.tenant):
        return [key.name for key in ApiKey.objects.all()]


def test_the_same_again_is_one_key_and_one_answer(shop: Shop, owner: Client) -> None:
    first, again = post(owner, KEYS, NEW), post(owner, KEYS, NEW)
    assert first.status_code == again.status_code == 201
    assert first.json()["secret"]
    assert again.json() == {**first.json(), "secret": None}, "a secret is kept nowhere"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert names(shop) == ["Robot"]
    with tenant_context(shop.tenant):
        assert first.json()["secret"] not in str(list(IdempotencyKey.objects.values()))


def test_on_the_event_loop_too(shop: Shop, key_client: KeyClient) -> None:
    """As a server runs it: the middleware is adapted to an asynchronous handler; no length was announced."""
    program = key_client("conversations.view", "conversations.note")
    path = f"/api/v1/conversations/{shop.welcome(text='x').conversation}/notes"
    known = {"host": program.defaults["HTTP_HOST"], "authorization": program.defaults["HTTP_AUTHORIZATION"]}
    headers = {**known, "idempotency-key": "k"}
    sent = [(b"content-type", b"application/json"), *((n.encode(), v.encode()) for n, v in headers.items())]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": sent}

    async def ask() -> dict[bytes, bytes]:
        server: Any = ApplicationCommunicator(get_asgi_application(), scope)  # type: ignore[no-untyped-call] # it has no types
        await server.send_input({"type": "http.request", "body": b'{"id":"1","text":"y"}'})
        start = await server.receive_output(10)
        answer = await server.receive_output(10)
        assert start["status"] == 201, answer
        return dict(start["headers"])

    first, again = (async_to_sync(ask)() for _ in range(2))
    assert b"Idempotency-Replayed" not in first
    assert again[b"Idempotency-Replayed"] == b"true"


def test_a_note_again(shop: Shop, owner: Client) -> None:
    guest = shop.welcome(text="x")
    path = f"/api/v1/conversations/{guest.conversation}"
    for command, body in (("notes", {"id": "1", "text": "y"}), ("take", {}), ("assign", {"member": None})):
        first, again = (post(owner, f"{path}/{command}", body, key=command) for _ in range(2))
        assert again.content == first.content
        assert again.headers["Content-Type"] == first.headers["Content-Type"]
        assert again.headers["Idempotency-Replayed"] == "true"


def test_another_request_under_the_same_key(shop: Shop, owner: Client) -> None:
    made = post(owner, KEYS, NEW).json()
    for path, body in (
        (KEYS, {**NEW, "name": "Other"}),
        (f"{KEYS}/{made['id']}/rotate", NEW),
        (f"{IMPORT}?dry_run=true", NEW),
    ):
        assert refused(post(owner, path, body)) == (422, "idempotency_key_reused")
    assert names(shop) == ["Robot"]


def test_what_was_refused_may_be_tried_again(owner: Client) -> None:
    assert refused(post(owner, KEYS, {"name": "x"}))[0] == 422
    assert post(owner, KEYS, NEW).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "ü", "k" * 256])
def test_keys_that_are_none(owner: Client, key: str) -> None:
    response = post(owner, KEYS, NEW, key=key)
    assert refused(response) == (422, "invalid")
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_key_is_one_callers(shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor) -> None:
    other = client_for(shop.tenant, make_member(shop.tenant, role="admin"))
    assert {post(client, KEYS, NEW).json()["id"] for client in (owner, other)} == {
        key["id"] for key in owner.get(KEYS).json()["results"]
    }
    assert len(names(shop)) == 2


def test_a_key_is_one_tenants(owner: Client, make_tenant: MakeTenant, client_for: ClientFor) -> None:
    stranger = client_for(make_tenant())
    assert post(owner, KEYS, NEW).status_code == 201
    assert refused(post(stranger, KEYS, NEW)) == (401, "not_signed_in")


def test_programs_and_visitors_too(shop: Shop, key_client: KeyClient, client_for: ClientFor) -> None:
    guest = shop.welcome(text="x")
    program = key_client("conversations.view", "conversations.resolve")
    path = f"/api/v1/conversations/{guest.conversation}/resolve"
    assert post(program, path, {}).content == post(program, path, {}).content
    visitor = client_for(shop.tenant)
    visitor.defaults["HTTP_AUTHORIZATION"] = guest.headers["authorization"]
    assert post(visitor, "/api/v1/visitors/conversation", {}).json() == {"id": str(guest.conversation)}
    assert "Idempotency-Replayed" in post(visitor, "/api/v1/visitors/conversation", {}).headers


def test_tickets_are_new_each_time(owner: Client) -> None:
    tickets = {post(owner, "/api/v1/live-tickets", {}).json()["ticket"] for _ in range(2)}
    assert len(tickets) == 2


def test_nobody_gets_what_somebody_was_answered(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    assert post(owner, KEYS, NEW).status_code == 201
    assert refused(post(client_for(shop.tenant), KEYS, NEW)) == (401, "not_signed_in")
    forged = client_for(shop.tenant, csrf=True)
    forged.cookies = owner.cookies
    assert refused(post(forged, KEYS, NEW)) == (403, "not_allowed")


@WAYS
def test_twins(tenant: TenantRef, once: Any) -> None:
    """While the first runs, its twin is told to come again; afterwards it gets the answer."""
    running, go_on, runs = threading.Event(), threading.Event(), []

    def run() -> Kept:
        runs.append(1)
        running.set()
        assert go_on.wait(10)
        return DONE

    def ask() -> Kept | None:
        with tenant_context(tenant):
            try:
                kept: Kept | None = once(asked=ASKED, now=NOW, run=run)
                return kept
            finally:
                connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask)
        assert running.wait(10)
        with pytest.raises(StillRunning):
            pool.submit(ask).result()
        go_on.set()
        assert first.result() is None
        assert pool.submit(ask).result() == DONE
    assert len(runs) == 1


def test_many_at_once_over_http(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    def ask(_: int) -> Any:
        client = client_for(shop.tenant)
        client.cookies = owner.cookies
        try:
            return post(client, KEYS, NEW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert names(shop) == ["Robot"]
    assert set(Counter(a.status_code for a in answers)) <= {201, 409}
    assert sum("secret" in a.json() and a.json()["secret"] is not None for a in answers) == 1
    for waited in (a for a in answers if a.status_code == 409):
        assert waited.json()["code"] == "still_running"
        assert waited.headers["Retry-After"] == "1"


@WAYS
def test_what_breaks_in_the_middle_can_be_repeated(tenant: TenantRef, once: Any) -> None:
    def broken() -> Kept:
        raise RuntimeError("in the middle")

    with tenant_context(tenant):
        with pytest.raises(RuntimeError):
            once(asked=ASKED, now=NOW, run=broken)
        assert once(asked=ASKED, now=NOW, run=lambda: DONE) is None
        assert once(asked=ASKED, now=NOW, run=broken) == DONE


@WAYS
def test_what_is_refused_leaves_nothing(tenant: TenantRef, once: Any) -> None:
    with tenant_context(tenant):
        assert once(asked=ASKED, now=NOW, run=lambda: Kept(409, "")) is None
        assert not IdempotencyKey.objects.exists()


def test_a_claim_of_the_dead_runs_out(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        IdempotencyKey.objects.create(
            digest=ASKED.digest, request=ASKED.request, asked_at=NOW, claimed_until=NOW + CLAIMED_FOR
        )
        with pytest.raises(StillRunning):
            run_with_claim(asked=ASKED, now=NOW, run=lambda: DONE)
        assert run_with_claim(asked=ASKED, now=NOW + CLAIMED_FOR, run=lambda: DONE) is None
        assert run_with_claim(asked=ASKED, now=NOW + CLAIMED_FOR, run=lambda: DONE) == DONE


def test_one_statement_comes_between_an_effect_and_its_commit(tenant: TenantRef) -> None:
    before: list[int] = []

    def run() -> Kept:
        before.append(len(statements))
        return DONE

    with tenant_context(tenant), CaptureQueriesContext(connection) as statements:
        run_in_transaction(asked=ASKED, now=NOW, run=run)
    assert [said["sql"].split()[0] for said in statements.captured_queries[before[0] :]] == ["UPDATE", "COMMIT"]


def test_kept_for_a_day(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        run_in_transaction(asked=ASKED, now=NOW, run=lambda: DONE)
        with pytest.raises(KeyReused):
            run_in_transaction(asked=Asked("member 1", "k", "other"), now=NOW, run=lambda: DONE)
        forget_answers(now=NOW + KEPT_FOR)
        almost = NOW + KEPT_FOR - timedelta(seconds=1)
        assert run_in_transaction(asked=ASKED, now=almost, run=lambda: DONE) == DONE
        assert run_in_transaction(asked=ASKED, now=NOW + KEPT_FOR, run=lambda: Kept(200, "")) is None
        forget_answers(now=NOW + 2 * KEPT_FOR + timedelta(seconds=1))
        assert not IdempotencyKey.objects.exists()


def test_one_turn_forgets_more_than_it_deletes_at_once(tenant: TenantRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conversations.access.answers.SWEPT_AT_ONCE", 2)
    with tenant_context(tenant):
        for key in range(5):
            run_in_transaction(asked=Asked("member 1", f"k{key}", "same"), now=NOW, run=lambda: DONE)
        forget_answers(now=NOW + 2 * KEPT_FOR)
        assert not IdempotencyKey.objects.exists()


def test_the_sweep_serves_every_tenant_in_turn(make_tenant: MakeTenant) -> None:
    tenants = [make_tenant() for _ in range(2)]
    for tenant in tenants:
        with tenant_context(tenant):
            run_in_transaction(asked=ASKED, now=NOW, run=lambda: DONE)
    gone = TenantRef(id=tenants[0].id, slug="gone", schema="t_gone")
    sweep = Sweep(forget_answers, lambda: [gone] * AT_ONCE + tenants)
    for _ in range(2):
        sweep.go_on(now=NOW + 2 * KEPT_FOR)
    for tenant in tenants:
        with tenant_context(tenant):
            assert not IdempotencyKey.objects.exists()


def test_a_form_is_refused_as_one_with_a_key_or_without(
    shop: Shop, make_member: MakeMember, client_for: ClientFor
) -> None:
    browser = client_for(shop.tenant, make_member(shop.tenant, role="owner"), csrf=True)
    browser.raise_request_exception = False
    token = browser.cookies["csrftoken"] = "c" * 32
    for headers in ({}, {"idempotency-key": "k-1"}):
        answer = browser.post(KEYS, {"csrfmiddlewaretoken": token, "name": "Robot"}, headers=headers)
        assert refused(answer) == (415, "unsupported_media_type")
