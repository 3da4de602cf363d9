"""The pages of webhooks: one is registered, verified, tested, replayed, rotated and removed, in both languages."""

import re

import pytest
from django.test import Client

from tests.apps.integrations.conftest import HOOKS, Hook, Post
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.receiver import Receiver, Told
from tests.shop import Shop

PAGE = "/settings/webhooks"


def text(client: Client, path: str = PAGE, language: str = "en") -> str:
    found = client.get(path, headers={"accept-language": language})
    assert found.status_code == 200, found.content
    return found.content.decode()


def test_one_is_registered_verified_and_tested(admin: Client, receiver: Receiver, post: Post) -> None:
    form = {"url": receiver.url, "description": "Warehouse", "headers": "X-Shop: blue\n\nX-Word: my secret\n"}
    made = admin.post(PAGE, {**form, "kind": ["message.posted.v1"], "scope": ["notes:read"]}).content.decode()
    (secret,) = re.findall(r"whsec_[\w/+=]+", made)
    (row,) = admin.get(HOOKS).json()["results"]
    assert (row["kinds"], row["scopes"], row["header_names"]) == (
        ["message.posted.v1"],
        ["notes:read"],
        ["X-Shop", "X-Word"],
    )
    one = f"{PAGE}/{row['id']}"
    assert "◌ Not verified yet" in text(admin)
    assert "◌ 尚未验证" in text(admin, language="zh")
    verified = admin.post(one, {"do": "verify"})
    assert (verified.status_code, verified.headers["Location"]) == (302, f"{one}?done=verify")
    assert "It answered the challenge" in text(admin, f"{one}?done=verify")
    admin.post(one, {"do": "test"})
    post.work()
    assert receiver.events[0].headers["x-word"] == "my secret"
    shown = text(admin, one)
    assert all(words in shown for words in ("✓ Live", "webhook.test.v1", "✓ Delivered", "1 delivered", "HTTP 200"))
    for page in (text(admin), shown):
        assert secret not in page
        assert "my secret" not in page


def test_what_is_wrong_is_said_in_the_readers_language(admin: Client, hook: Hook, receiver: Receiver) -> None:
    refused = admin.post(PAGE, {"url": "ftp://example.com", "headers": "x"}, headers={"accept-language": "zh"})
    assert refused.status_code == 422
    assert "请输入" in refused.content.decode() or "每行输入" in refused.content.decode()
    made = hook(proved=False)

    def wrong(_told: Told) -> tuple[int, dict[str, str], bytes]:
        return 200, {}, b"no"

    receiver.answer = wrong
    answer = admin.post(f"{PAGE}/{made['id']}", {"do": "verify"}, headers={"accept-language": "zh"})
    assert (answer.status_code, "该服务器未通过验证" in answer.content.decode()) == (422, True)
    kept = admin.post(f"{PAGE}/{made['id']}", {"do": "change", "url": "ftp://example.com/x"})
    assert (kept.status_code, "ftp://example.com/x" in kept.content.decode()) == (422, True)


def test_a_delivery_with_what_was_said_and_answered_is_sent_again(
    shop: Shop, admin: Client, hook: Hook, post: Post, receiver: Receiver
) -> None:
    made = hook(kinds=["message.posted.v1"])
    accept = receiver.answer

    def broken(_told: Told) -> tuple[int, dict[str, str], bytes]:
        return 500, {}, b"<b>out of paper</b>"

    receiver.answer = broken
    guest = shop.welcome()
    event = shop.say(guest.conversation, guest.actor, "where is my <parcel>?")
    post.work()
    one = f"{PAGE}/{made['id']}"
    (delivery,) = set(re.findall(rf"{one}/deliveries/([\w-]+)", text(admin, one)))
    shown = text(admin, f"{one}/deliveries/{delivery}")
    assert all(words in shown for words in ("HTTP 500", "&lt;b&gt;out of paper", "where is my &lt;parcel&gt;?", " ms"))
    receiver.answer = accept
    assert admin.post(f"{one}/deliveries/{delivery}").status_code == 302
    post.send()
    assert [told.id for told in receiver.events] == [delivery] * 2
    assert "✓ Delivered" in text(admin, f"{one}/deliveries/{delivery}")
    assert delivery not in text(admin, f"{one}?state=failed")
    again = admin.post(one, {"do": "replay", "first": str(event.position), "last": str(event.position)})
    assert again.status_code == 302
    post.send()
    assert len(receiver.events) == 3
    assert admin.post(one, {"do": "replay", "first": "x", "last": ""}).status_code == 422


def test_it_is_paused_changed_rotated_and_removed(admin: Client, hook: Hook) -> None:
    made = hook(headers={"X-Shop": "blue"})
    one = f"{PAGE}/{made['id']}"
    for do, words in (("pause", "⏸ Paused"), ("resume", "✓ Live")):
        assert admin.post(one, {"do": do}).status_code == 302
        assert words in text(admin, one)
    terms = {
        "url": made["url"],
        "description": "Books",
        "kind": ["note.posted.v1"],
        "fields": "author: contact, bot\nn: 3",
    }
    admin.post(one, {"do": "change", **terms})
    row = admin.get(f"{HOOKS}/{made['id']}").json()
    assert (row["description"], row["kinds"], row["scopes"]) == ("Books", ["note.posted.v1"], [])
    assert row["filters"] == {"inboxes": [], "fields": {"author": ["contact", "bot"], "n": [3]}}
    assert all(line in text(admin, one) for line in ("author: contact, bot", "n: 3"))
    assert admin.post(one, {"do": "change", **terms, "fields": "text: hello"}).status_code == 422
    assert (row["header_names"], row["status"]) == (["X-Shop"], "live")
    admin.post(one, {"do": "change", **terms, "no_headers": "1"})
    assert admin.get(f"{HOOKS}/{made['id']}").json()["header_names"] == []
    rotated = admin.post(one, {"do": "rotate", "overlap": "3600"})
    (secret,) = re.findall(r"whsec_[\w/+=]+", rotated.content.decode())
    assert (secret != made["secret"], rotated.headers["Cache-Control"]) == (True, "no-store")
    assert secret not in text(admin, one)
    assert admin.post(one, {"do": "remove"}).headers["Location"] == f"{PAGE}?done=remove"
    assert admin.get(one).status_code == 404


@pytest.mark.parametrize("role", ["supervisor", "agent", "viewer"])
def test_who_may_not_manage_them_sees_none_of_it(
    shop: Shop, hook: Hook, make_member: MakeMember, client_for: ClientFor, role: str
) -> None:
    made = hook()
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))
    for path in (PAGE, f"{PAGE}/{made['id']}"):
        assert (client.get(path).status_code, client.post(path, {"do": "pause"}).status_code) == (403, 403)
    assert PAGE not in client.get("/settings/account").content.decode()


def test_another_companys_is_not_there(
    hook: Hook, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    made, tenant = hook(), make_tenant()
    stranger = client_for(tenant, make_member(tenant, role="owner"))
    one = f"{PAGE}/{made['id']}"
    assert (stranger.get(one).status_code, stranger.post(one, {"do": "pause"}).status_code) == (404, 404)
