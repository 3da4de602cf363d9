"""The log of deliveries: what was sent and answered, sending again, tests, health."""

from typing import Any

import pytest
from django.test import Client

from tests.apps.integrations.conftest import HOOKS, JSON, Hook, Post, do, refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.receiver import Receiver, Told
from tests.shop import Shop


def log_of(client: Client, hook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    found = client.get(f"{HOOKS}/{hook['id']}/deliveries{query}")
    assert found.status_code == 200, found.content
    rows: list[dict[str, Any]] = found.json()["results"]
    return rows


def broken(_told: Told) -> tuple[int, dict[str, str], bytes]:
    return 500, {}, b"no, sorry"


def test_what_was_sent_and_answered(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["message.posted.v1"])
    accept, receiver.answer = receiver.answer, broken
    shop.welcome(text="hello")
    post.work()
    (row,) = log_of(admin, made)
    assert (row["state"], row["attempts"], row["kind"]) == ("waiting", 1, "message.posted.v1")
    assert (row["last"]["status"], row["last"]["answer"], row["last"]["error"]) == (500, "no, sorry", "")
    receiver.answer = accept
    post.clock.let_pass(seconds=10)
    post.send()
    shown = admin.get(f"{HOOKS}/{made['id']}/deliveries/{row['id']}").json()
    assert [tried["status"] for tried in shown["tries"]] == [500, 200]
    assert shown["request"] == receiver.events[-1].said
    assert (shown["state"], shown["due_at"]) == ("delivered", None)
    assert log_of(admin, made, "?state=failed") == []
    assert len(log_of(admin, made, "?state=delivered&kind=message.posted.v1")) == 1


def test_a_server_that_is_away_is_said_so(shop: Shop, admin: Client, hook: Hook, post: Post) -> None:
    made = hook(kinds=["message.posted.v1"])
    do(admin, made, "pause")
    shop.welcome(text="hello")
    post.read()
    admin.patch(f"{HOOKS}/{made['id']}", {"url": "http://127.0.0.1:1/"}, content_type=JSON)
    assert refused(do(admin, made, "verify")) == (422, "unreachable")
    assert log_of(admin, made)[0]["attempts"] == 0


def test_one_is_sent_again_under_its_id(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.work()
    (row,) = log_of(admin, made)
    again = do(admin, made, f"deliveries/{row['id']}/replay")
    assert (again.status_code, again.json()["state"]) == (202, "waiting")
    post.send()
    assert [told.id for told in receiver.events] == [row["id"]] * 2


def test_a_range_is_sent_again_and_what_never_was(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver
) -> None:
    early = shop.welcome()
    first = shop.say(early.conversation, early.actor, "before there was a webhook")
    made = hook(kinds=["message.posted.v1"])
    last = shop.say(early.conversation, early.actor, "and after")
    post.work()
    assert len(receiver.events) == 1
    told = do(admin, made, "replay", {"after": first.position - 1, "until": last.position})
    assert (told.status_code, told.json()) == (202, {"count": 2, "position": last.position})
    post.send()
    said = [one.said["data"]["body"]["text"] for one in receiver.events]
    assert sorted(said) == ["and after", "and after", "before there was a webhook"]
    assert len({one.id for one in receiver.events}) == 2
    assert do(admin, made, "replay", {"after": 2**40}).json() == {"count": 0, "position": 2**40}


def test_a_test(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["note.posted.v1"])
    sent = do(admin, made, "test").json()
    post.work()
    (told,) = receiver.events
    assert (told.id, told.said["type"], told.said["data"]) == (sent["id"], "webhook.test.v1", {"test": True})


@pytest.mark.parametrize("what", ["test", "replay"])
def test_nothing_is_sent_to_who_has_not_proved_itself(admin: Client, hook: Hook, what: str) -> None:
    made = hook(proved=False)
    assert refused(do(admin, made, what, {"after": 0} if what == "replay" else {})) == (409, "unproved")


def test_health(shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver) -> None:
    made = hook(kinds=["message.posted.v1"])
    guest = shop.welcome(text="one")
    post.work()
    receiver.answer = broken
    shop.say(guest.conversation, guest.actor, "two")
    post.work()
    told = admin.get(f"{HOOKS}/{made['id']}/health").json()
    assert (told["delivered"], told["waiting"], told["failed"], told["failures"]) == (1, 1, 0, 1)
    assert told["failing_since"] is not None
    assert 0 <= told["ms_p50"] <= told["ms_p95"]


def test_a_key_reads_no_more_of_the_log_than_it_may(
    shop: Shop, admin: Client, hook: Hook, post: Post, make_member: MakeMember, client_for: ClientFor
) -> None:
    made = hook(kinds=["message.posted.v1"])
    shop.welcome(text="my number is 555")
    post.work()
    (row,) = log_of(admin, made)
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    scopes = ["conversations.view", "webhooks.manage"]
    key = owner.post("/api/v1/keys", {"name": "Robot", "scopes": scopes}, content_type=JSON).json()
    program = client_for(shop.tenant)
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key['secret']}"
    shown = program.get(f"{HOOKS}/{made['id']}/deliveries/{row['id']}")
    assert b"555" not in shown.content
    assert shown.json()["last"]["answer"] is None
    assert b"555" in admin.get(f"{HOOKS}/{made['id']}/deliveries/{row['id']}").content


def test_anothers_is_not_there(
    shop: Shop,
    admin: Client,
    hook: Hook,
    post: Post,
    make_tenant: MakeTenant,
    make_member: MakeMember,
    client_for: ClientFor,
) -> None:
    made, second = hook(kinds=["message.posted.v1"]), hook(kinds=["note.posted.v1"])
    shop.welcome(text="hello")
    post.work()
    (row,) = log_of(admin, made)
    assert refused(admin.get(f"{HOOKS}/{second['id']}/deliveries/{row['id']}")) == (404, "not_found")
    tenant = make_tenant()
    stranger = client_for(tenant, make_member(tenant, role="owner"))
    for path in ("deliveries", f"deliveries/{row['id']}", "health"):
        assert refused(stranger.get(f"{HOOKS}/{made['id']}/{path}")) == (404, "not_found")
    assert refused(do(stranger, made, f"deliveries/{row['id']}/replay")) == (404, "not_found")
