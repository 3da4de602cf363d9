"""From the log to a partner's server: each event once, signed, and again until it is taken."""

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from standardwebhooks import Webhook

from conversations.channels.webchat.commands import add_inbox
from conversations.threads.events import NotePosted
from integrations.webhooks.rules.attempts import MOST_ATTEMPTS, PATIENCE, PAUSES_S, Attempt
from integrations.webhooks.sending.finishing import finish
from integrations.webhooks.sending.requesting import Done
from integrations.webhooks.sending.taking import take
from tenants.context import platform_context, tenant_context
from tenants.mail.models import Mail
from tenants.models import Outgoing
from tenants.secrets import unseal
from tests.apps.integrations.conftest import HOOKS, Hook, Post, do
from tests.receiver import Receiver, Told
from tests.shop import Shop


def answering(status: int, headers: dict[str, str] | None = None) -> Any:
    def answer(_told: Told) -> tuple[int, dict[str, str], bytes]:
        return status, headers or {}, b"said so"

    return answer


def test_an_event_is_told_with_a_signature_that_the_reference_verifies(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver
) -> None:
    made = hook(kinds=["message.posted.v1"], headers={"X-Shop": "blue"})
    guest = shop.welcome()
    event = shop.say(guest.conversation, guest.actor, "你好")
    post.work()
    (told,) = receiver.events
    said = Webhook(made["secret"]).verify(told.body, told.headers)
    assert said == {
        "type": "message.posted.v1",
        "timestamp": event.at.isoformat().replace("+00:00", "Z"),
        "id": told.id,
        "data": {
            "position": event.position,
            "seq": event.seq,
            "kind": "message.posted.v1",
            "audience": "public",
            "conversation": str(guest.conversation),
            "at": event.at.isoformat().replace("+00:00", "Z"),
            "sender": str(guest.actor.id),
            "id": event.client_id,
            "body": {"author": "contact", "name": guest.actor.name, "text": "你好", "files": []},
        },
    }
    assert told.headers["x-shop"] == "blue"
    assert told.headers["content-type"] == "application/json"
    (delivery,) = post.deliveries
    assert (str(delivery.id), delivery.state, delivery.due_at, delivery.attempts) == (told.id, "delivered", None, 1)
    assert (delivery.tries[0]["status"], delivery.tries[0]["answer"]) == (200, "thanks")
    post.work()
    assert len(receiver.events) == 1


def test_each_event_once_in_every_endpoints_own_words(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, other: Receiver
) -> None:
    hook(kinds=["message.posted.v1", "note.posted.v1"])
    hook(url=other.url, kinds=["message.posted.v1", "note.posted.v1"], scopes=[])
    guest = shop.welcome(text="my number is 555")
    shop.write(guest.conversation, [NotePosted(name="Ada", text="rude")])
    post.work()
    assert sorted(told.said["data"]["body"]["text"] for told in receiver.events) == ["my number is 555", "rude"]
    (told,) = other.events
    assert told.said["data"]["body"] == {"author": "contact", "name": None, "text": None, "files": []}
    assert b"555" not in told.body


def test_what_it_may_not_be_told_any_more_is_not_sent(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver
) -> None:
    made = hook(kinds=["message.posted.v1", "note.posted.v1"])
    do(admin, made, "pause")
    guest = shop.welcome(text="hello")
    shop.write(guest.conversation, [NotePosted(name="Ada", text="rude")])
    post.work()
    admin.patch(f"{HOOKS}/{made['id']}", {"scopes": []}, content_type="application/json")
    do(admin, made, "resume")
    post.work()
    assert [told.said["type"] for told in receiver.events] == ["message.posted.v1"]
    (note,) = [delivery for delivery in post.deliveries if delivery.kind == "note.posted.v1"]
    assert (note.state, note.due_at, note.tries[0]["error"]) == ("failed", None, "not_told")
    do(admin, made, f"deliveries/{note.id}/replay")
    post.work()
    assert (len(receiver.events), post.endpoint.failures) == (1, 0)


def test_what_happened_before_is_not_told(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    guest = shop.welcome(text="before")
    hook(kinds=["message.posted.v1"])
    shop.say(guest.conversation, guest.actor, "after")
    post.work()
    assert [told.said["data"]["body"]["text"] for told in receiver.events] == ["after"]


def test_in_a_tenant_without_webhooks_no_event_is_read_for_them(shop: Shop, post: Post) -> None:
    shop.welcome(text="hello")
    asked: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with tenant_context(shop.tenant), connection.execute_wrapper(listen):
        post.read()
    assert any("webhook_endpoint" in sql for sql in asked)
    assert not any("body" in sql or "webhook_delivery" in sql for sql in asked)
    with platform_context():
        assert not Outgoing.objects.filter(schema=shop.tenant.schema).exists()


def test_what_was_sent_asks_for_no_more_looks(shop: Shop, hook: Hook, post: Post) -> None:
    hook()
    shop.welcome(text="hello")
    post.work()
    post.clock.let_pass(minutes=1)  # past the leases
    post.send()
    with platform_context():
        assert Outgoing.objects.get(schema=shop.tenant.schema).due_at is None


def test_it_is_tried_again_as_scheduled_under_the_same_id(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver
) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(500)
    shop.welcome(text="hello")
    post.work()
    for number, pause in enumerate(PAUSES_S[1:], start=1):
        (delivery,) = post.deliveries
        assert (delivery.attempts, delivery.state) == (number, "waiting")
        assert delivery.due_at is not None
        wait = delivery.due_at - post.clock()
        assert pause * 0.9 - 1 <= wait.total_seconds() <= pause * 1.1 + 1
        sent = len(receiver.events)
        post.send()
        assert len(receiver.events) == sent, "not before its time"
        post.clock.later += wait + timedelta(seconds=1)
        post.send()
    (delivery,) = post.deliveries
    assert (delivery.attempts, delivery.state, delivery.due_at) == (MOST_ATTEMPTS, "failed", None)
    assert len({told.id for told in receiver.events}) == 1
    assert len(receiver.events) == MOST_ATTEMPTS


def test_who_asks_for_a_pause_gets_it(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(429, {"Retry-After": "3000"})
    guest = shop.welcome(text="one")
    post.work()
    (delivery,) = post.deliveries
    assert delivery.due_at is not None
    assert timedelta(seconds=2900) < delivery.due_at - post.clock() <= timedelta(seconds=3000)
    shop.say(guest.conversation, guest.actor, "two")
    post.work()
    assert len(receiver.events) == 1, "the others wait, too"
    receiver.answer = answering(200)
    post.clock.let_pass(seconds=3001)
    post.send()
    assert len(receiver.events) == 3
    assert post.endpoint.failures == 0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, other: Receiver, status: int
) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(status, {"Location": other.url})
    shop.welcome(text="hello")
    post.work()
    assert (len(receiver.events), other.told) == (1, [])
    assert post.deliveries[0].tries[0]["status"] == status
    assert post.deliveries[0].state == "waiting"


def test_who_wants_nothing_more_is_switched_off_and_the_owner_is_told(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, admin: Client
) -> None:
    made = hook(kinds=["message.posted.v1"])
    receiver.answer = answering(410)
    guest = shop.welcome(text="one")
    post.work()
    post.send()
    endpoint = post.endpoint
    assert (endpoint.off_why, endpoint.off_at is None) == ("gone", False)
    with platform_context():
        (letter,) = Mail.objects.filter(tenant=shop.tenant.id, template="webhook_off")
    assert letter.to.startswith("owner-")
    body = unseal(sealed=letter.body, purpose="mails.body", tenant=letter.tenant, row=letter.id)
    assert f"http://{shop.tenant.slug}.localhost/settings/webhooks/{made['id']}" in body
    assert endpoint.told_at is not None
    shop.say(guest.conversation, guest.actor, "two")
    post.clock.let_pass(minutes=10)
    post.work()
    assert len(receiver.events) == 1
    receiver.answer = answering(200)
    assert do(admin, made, "resume").json()["status"] == "live"
    post.work()
    assert len(receiver.events) == 3, "what waited is told"
    with platform_context():
        assert Mail.objects.filter(tenant=shop.tenant.id, template="webhook_off").count() == 1


def test_five_days_of_failure_switch_off(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(500)
    guest = shop.welcome(text="one")
    post.work()
    post.clock.let_pass(hours=119)
    shop.say(guest.conversation, guest.actor, "two")
    post.work()
    assert post.endpoint.off_why == ""
    post.clock.let_pass(hours=2)
    shop.say(guest.conversation, guest.actor, "three")
    post.work()
    assert post.endpoint.off_why == "failing"
    post.send()
    with platform_context():
        assert Mail.objects.filter(tenant=shop.tenant.id, template="webhook_off").count() == 1, "its owner is told"


def test_whoever_is_killed_while_sending_loses_it_to_others(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver
) -> None:
    hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.read()

    def all_(open_: Any) -> Any:
        return {id_: 8 for id_, _ in open_}

    (job,) = take(tenant=shop.tenant, share=all_, now=post.clock(), taken=0.0).jobs  # and is killed
    post.send()
    assert receiver.events == []
    post.clock.let_pass(seconds=31)
    post.send()
    (told,) = receiver.events
    assert told.id == str(job.id)
    assert post.deliveries[0].fence == job.fence + 1


def test_a_late_result_does_not_count(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.read()
    (job,) = take(
        tenant=shop.tenant, share=lambda open_: {id_: 8 for id_, _ in open_}, now=post.clock(), taken=0.0
    ).jobs
    post.clock.let_pass(seconds=31)
    post.send()
    late = Done(job, Attempt(at=datetime.now(UTC), ms=40_000, error="timed_out"))
    finish(tenant=shop.tenant, done=[late], now=post.clock())
    (delivery,) = post.deliveries
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert post.endpoint.failures == 0


def test_an_endpoint_that_fails_again_and_again_rests(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(500)
    guest = shop.welcome()
    for number in range(40):
        shop.say(guest.conversation, guest.actor, str(number))
    post.work()
    assert PATIENCE <= len(receiver.events) < 20
    assert (post.endpoint.rests_until or post.clock()) > post.clock()
    receiver.answer = answering(200)
    post.clock.let_pass(minutes=10)
    post.send()
    post.send()
    assert {delivery.state for delivery in post.deliveries} == {"delivered"}


def test_one_that_hangs_holds_up_no_other(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, other: Receiver
) -> None:
    hook(kinds=["message.posted.v1"])
    hook(url=other.url, kinds=["message.posted.v1"])
    hung = threading.Event()

    def hang(_told: Told) -> tuple[int, dict[str, str], bytes]:
        hung.wait(30)
        return 200, {}, b""

    receiver.answer = hang
    guest = shop.welcome()
    for number in range(100):
        shop.say(guest.conversation, guest.actor, str(number))
    post.read()
    try:
        while len(other.events) < 100:
            post.dispatcher.go_on(post.clock())
            post.dispatcher.bell.wait(within_s=0.05)
        assert len(receiver.events) <= 8
    finally:
        hung.set()


def test_erasure_reaches_what_has_not_been_told(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, admin: Client
) -> None:
    made = hook(kinds=["message.posted.v1"])
    do(admin, made, "pause")
    guest = shop.welcome(text="secret of mine")
    post.work()
    assert receiver.events == []
    erased = admin.post(f"/api/v1/contacts/{guest.actor.id}/erase", {}, content_type="application/json")
    assert erased.status_code == 200
    do(admin, made, "resume")
    post.work()
    assert b"secret of mine" not in b"".join(told.body for told in receiver.events)
    assert json.loads(receiver.events[0].body)["data"]["seq"] == 2


def test_a_tenants_deliveries_are_its_own(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, make_tenant: Any
) -> None:
    hook()
    elsewhere = Shop(tenant=make_tenant())
    elsewhere.welcome(text="of another company")
    shop.welcome(text="of ours")
    post.work()
    assert b"of another company" not in b"".join(told.body for told in receiver.events)
    assert b"of ours" in b"".join(told.body for told in receiver.events)


def test_filters_by_inbox_and_by_what_is_not_personal(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, other: Receiver, admin: Client
) -> None:
    with tenant_context(shop.tenant):
        second = add_inbox(name="Help", now=datetime.now(UTC)).key
    one = hook(kinds=["message.posted.v1"], filters={"inboxes": [second]})
    hook(url=other.url, kinds=[], filters={"fields": {"author": ["bot"]}})
    guest = shop.welcome(text="in the shop")
    first, shop.inbox = shop.inbox, second
    shop.welcome(text="in the other inbox")
    post.work()
    assert [told.said["data"]["body"]["text"] for told in receiver.events] == ["in the other inbox"]
    kinds = [told.said["type"] for told in other.events]
    assert "message.posted.v1" not in kinds
    assert kinds.count("conversation.started.v1") == 2, "what has no author is told"
    changed = admin.patch(f"{HOOKS}/{one['id']}", {"filters": {"inboxes": [first]}}, content_type="application/json")
    assert changed.json()["filters"] == {"inboxes": [first], "fields": {}}
    assert do(admin, one, "replay", {"after": 0}).json()["count"] == 1
    post.send()
    assert receiver.events[-1].said["data"]["conversation"] == str(guest.conversation)


@pytest.mark.parametrize("filters", [{"inboxes": ["no-such"]}, {"fields": {"text": ["a"]}}, {"fields": {"author": []}}])
def test_filters_that_are_refused(admin: Client, filters: Any) -> None:
    body = {"url": "https://example.com", "filters": filters}
    answer = admin.post(HOOKS, body, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["field"].partition(".")[0]) == (422, "filters")


def test_what_was_taken_for_one_that_fails_and_not_sent_is_due_again(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver
) -> None:
    hook(kinds=["message.posted.v1"])
    receiver.answer = answering(500)
    guest = shop.welcome()
    for number in range(40):
        shop.say(guest.conversation, guest.actor, str(number))
    post.work()
    unsent = [delivery for delivery in post.deliveries if not delivery.attempts]
    assert len(unsent) == 40 - len(receiver.events)
    assert any(delivery.fence > 0 for delivery in unsent), "some were taken"
    assert all(delivery.due_at is not None and delivery.due_at <= post.clock() for delivery in unsent)
