"""Endpoints over HTTP: who may, what is shown once, what is audited, how one proves itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from standardwebhooks import Webhook

from conversations.audit.events import AuditRecorded
from integrations.webhooks.models import Endpoint
from tenants.context import platform_context, tenant_context
from tenants.exports.restoring import restore
from tenants.mail.models import Mail
from tests.apps.integrations.conftest import HOOKS, JSON, Hook, Post, do, refused
from tests.apps.tenants.exports.archives import written
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.receiver import Receiver, Told
from tests.shop import Shop


def test_a_secret_is_shown_once_and_kept_sealed(shop: Shop, admin: Client, hook: Hook) -> None:
    made = hook(headers={"Authorization": "Bearer of-the-partner"}, proved=False)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made["hint"] == secret[-4:]
    assert (made["status"], made["header_names"]) == ("unproved", ["Authorization"])
    assert admin.get(HOOKS).json()["results"] == [made]
    assert admin.get(f"{HOOKS}/{made['id']}").json() == made
    with tenant_context(shop.tenant):
        kept = str(list(Endpoint.objects.values()))
    told = str([event.body for event in shop.read_all()])
    for text in (secret, "of-the-partner"):
        assert text not in kept + told


def test_a_sealed_secret_opens_in_its_own_row_only(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    one, two = hook(), hook()
    with tenant_context(shop.tenant):
        other = Endpoint.objects.get(id=two["id"])
        Endpoint.objects.filter(id=one["id"]).update(sealed=other.sealed)
    shop.welcome(text="hello")
    post.work()
    assert {told.headers["webhook-id"] for told in receiver.events} == {
        str(delivery.id) for delivery in post.deliveries if str(delivery.endpoint) == two["id"]
    }
    assert {delivery.tries[0]["error"] for delivery in post.deliveries if str(delivery.endpoint) == one["id"]} == {
        "unreadable"
    }


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("supervisor", 403), ("viewer", 403)])
def test_who_manages_them(shop: Shop, make_member: MakeMember, client_for: ClientFor, role: str, status: int) -> None:
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    assert client.get(HOOKS).status_code == status


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "gopher://example.com"}, "url"),
        ({"url": "https://a:b@example.com"}, "url"),
        ({"url": "https://example.com", "kinds": ["message.posted.v1", "x"]}, "kinds.1"),
        ({"url": "https://example.com", "scopes": ["keys.manage"]}, "scopes"),
        ({"url": "https://example.com", "headers": {"Host": "x"}}, "headers"),
        ({"url": "https://example.com", "colour": "red"}, "colour"),
    ],
)
def test_what_is_refused(admin: Client, body: dict[str, Any], field: str) -> None:
    answer = admin.post(HOOKS, body, content_type=JSON)
    assert refused(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


def test_a_key_hands_on_only_what_it_has(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    scopes = ["conversations.view", "webhooks.manage"]
    made = owner.post("/api/v1/keys", {"name": "Robot", "scopes": scopes}, content_type=JSON).json()
    program = client_for(shop.tenant)
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"
    body: dict[str, Any] = {"url": "https://example.com/hook"}
    assert program.post(HOOKS, body, content_type=JSON).status_code == 201
    for scope in ("personal:read", "notes:read", "audit.view"):
        answer = program.post(HOOKS, {**body, "scopes": [scope]}, content_type=JSON)
        assert refused(answer) == (403, "not_allowed")


def test_nobody_sends_elsewhere_what_they_may_not_see(
    shop: Shop, admin: Client, hook: Hook, make_member: MakeMember, client_for: ClientFor
) -> None:
    wide, narrow = hook(proved=False), hook(scopes=[], proved=False)
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    scopes = ["conversations.view", "webhooks.manage"]
    made = owner.post("/api/v1/keys", {"name": "Robot", "scopes": scopes}, content_type=JSON).json()
    program = client_for(shop.tenant)
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"
    change = {"url": "https://elsewhere.example/hook"}
    assert refused(program.patch(f"{HOOKS}/{wide['id']}", change, content_type=JSON)) == (403, "not_allowed")
    assert admin.get(f"{HOOKS}/{wide['id']}").json()["url"] == wide["url"]
    assert program.patch(f"{HOOKS}/{wide['id']}", {**change, "scopes": []}, content_type=JSON).status_code == 200
    assert program.patch(f"{HOOKS}/{narrow['id']}", change, content_type=JSON).status_code == 200
    assert program.patch(f"{HOOKS}/{narrow['id']}", {"description": "x"}, content_type=JSON).status_code == 200


def test_headers_are_for_the_server_that_they_were_given_for(admin: Client, hook: Hook) -> None:
    made = hook(headers={"Authorization": "Bearer x"}, proved=False)
    path = f"{HOOKS}/{made['id']}"
    same = admin.patch(path, {"url": f"{made['url']}?more"}, content_type=JSON).json()
    assert same["header_names"] == ["Authorization"]
    given = {"url": "https://elsewhere.example/hook", "headers": {"X-Shop": "blue"}}
    assert admin.patch(path, given, content_type=JSON).json()["header_names"] == ["X-Shop"]
    gone = admin.patch(path, {"url": "https://again.example/hook"}, content_type=JSON).json()
    assert gone["header_names"] == []


def test_a_secret_that_cannot_be_read_is_rotated_away(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver
) -> None:
    made = hook()
    with tenant_context(shop.tenant):
        Endpoint.objects.update(sealed="no longer to be opened")
    rotated = do(admin, made, "rotate", {"overlap_s": 3600})
    assert (rotated.status_code, rotated.json()["old_secret_until"]) == (200, None)
    shop.welcome(text="hello")
    post.work()
    assert Webhook(rotated.json()["secret"]).verify(receiver.events[0].body, receiver.events[0].headers)


def test_nothing_is_sent_before_the_challenge_is_answered(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver
) -> None:
    made = hook(proved=False)
    shop.welcome(text="hello")
    post.work()
    assert receiver.told == []

    def wrong(_told: Told) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b'{"challenge": "something"}'

    accept, receiver.answer = receiver.answer, wrong
    assert refused(do(admin, made, "verify")) == (422, "not_proved")
    (challenge,) = receiver.told
    assert Webhook(made["secret"]).verify(challenge.body, challenge.headers)["type"] == "webhook.challenge.v1"
    receiver.answer = accept
    assert do(admin, made, "verify").json()["status"] == "live"
    guest = shop.welcome(text="and again")
    post.work()
    assert {told.said["data"]["conversation"] for told in receiver.events if told.said["data"]["conversation"]} == {
        str(guest.conversation)
    }


def test_another_address_proves_itself_anew_and_gets_what_waited(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver, other: Receiver
) -> None:
    made = hook(kinds=["message.posted.v1"])
    changed = admin.patch(f"{HOOKS}/{made['id']}", {"url": other.url}, content_type=JSON)
    assert (changed.json()["status"], changed.json()["url"]) == ("unproved", other.url)
    shop.welcome(text="hello")
    post.work()
    assert other.told == receiver.events == []
    do(admin, made, "verify")
    post.work()
    assert (len(other.events), receiver.events) == (1, [])


def test_two_secrets_while_rotating(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["message.posted.v1"])
    rotated = do(admin, made, "rotate", {"overlap_s": 3600}).json()
    assert rotated["old_secret_until"] is not None
    guest = shop.welcome(text="one")
    post.work()
    for secret in (made["secret"], rotated["secret"]):
        assert Webhook(secret).verify(receiver.events[0].body, receiver.events[0].headers)
    post.clock.let_pass(hours=2)
    shop.say(guest.conversation, guest.actor, "two")
    post.work()
    assert len(receiver.events[1].headers["webhook-signature"].split()) == 1


def test_paused_and_resumed(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["message.posted.v1"])
    assert do(admin, made, "pause").json()["status"] == "paused"
    shop.welcome(text="hello")
    post.work()
    assert receiver.events == []
    assert do(admin, made, "resume").json()["status"] == "live"
    post.work()
    assert len(receiver.events) == 1


def test_removed_is_gone(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook()
    do(admin, made, "pause")
    shop.welcome(text="hello")
    post.read()
    assert admin.delete(f"{HOOKS}/{made['id']}").status_code == 204
    post.work()
    assert receiver.events == []
    for answer in (admin.get(f"{HOOKS}/{made['id']}"), do(admin, made, "resume"), do(admin, made, "verify")):
        assert refused(answer) == (404, "not_found")
    assert admin.get(HOOKS).json()["results"] == []


def test_what_is_done_is_audited(shop: Shop, admin: Client, hook: Hook) -> None:
    made = hook()
    admin.patch(f"{HOOKS}/{made['id']}", {"kinds": ["message.posted.v1"]}, content_type=JSON)
    for what in ("pause", "resume", "rotate"):
        do(admin, made, what)
    admin.delete(f"{HOOKS}/{made['id']}")
    done = [event.body for event in shop.read_all() if event.kind == AuditRecorded.kind]
    assert [body["action"] for body in done if body["target_id"] == made["id"]] == [
        *("webhook.registered", "webhook.proved", "webhook.changed", "webhook.paused", "webhook.resumed"),
        *("webhook.rotated", "webhook.removed"),
    ]


def test_another_companys_is_not_there(
    hook: Hook, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    made, tenant = hook(), make_tenant()
    stranger = client_for(tenant, make_member(tenant, role="owner"))
    assert refused(stranger.get(f"{HOOKS}/{made['id']}")) == (404, "not_found")
    assert stranger.get(HOOKS).json()["results"] == []


def test_there_are_fifty_at_most(admin: Client) -> None:
    for n in range(50):
        assert admin.post(HOOKS, {"url": f"https://example.com/{n}"}, content_type=JSON).status_code == 201
    assert refused(admin.post(HOOKS, {"url": "https://example.com/x"}, content_type=JSON)) == (
        409,
        "too_many_webhooks",
    )


def test_a_company_made_of_an_archive_calls_no_partner_before_somebody_wants_it(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, make_member: MakeMember, client_for: ClientFor
) -> None:
    made = hook(kinds=["message.posted.v1"])
    copy = restore(file=written(shop.tenant), slug=f"again-{shop.tenant.slug[2:10]}", now=datetime.now(UTC)).tenant
    owner = client_for(copy, make_member(copy, role="owner"))
    shown = owner.get(f"{HOOKS}/{made['id']}").json()
    assert (shown["status"], shown["off_why"], shown["hint"]) == ("off", "restored", made["hint"])
    Shop(tenant=copy).welcome(text="hello from the copy")
    post.read(copy)
    shop.welcome(text="hello")
    post.work()
    assert [told.said["data"]["body"]["text"] for told in receiver.events] == ["hello"]
    with platform_context():
        assert not Mail.objects.filter(tenant=copy.id, template="webhook_off").exists()
    assert do(owner, made, "resume").json()["status"] == "live"
    post.send()
    assert receiver.events[-1].said["data"]["body"]["text"] == "hello from the copy"
