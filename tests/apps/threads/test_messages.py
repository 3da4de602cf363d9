"""REST of what is said, of read marks, contacts and the feed of events: for members and for keys."""

from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from django.test import Client

from conversations.engine.streams import new_subject
from conversations.threads.events import NotePosted
from tests.apps.threads.test_api import BASE, post, refused
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

EVENTS: Final = "/api/v1/events"
CONTACTS: Final = "/api/v1/contacts"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello 云")


@pytest.fixture
def desk(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant))


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner"))


def program(shop: Shop, owner: Client, client_for: ClientFor, *scopes: str) -> Client:
    secret = post(owner, "/api/v1/keys", {"name": "Robot", "scopes": scopes}).json()["secret"]
    client = client_for(shop.tenant)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def follow(client: Client, address: str | None) -> Any:
    assert address
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}").json()


def test_a_member_says_something_once(shop: Shop, desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}/messages"
    said = post(desk, path, {"id": "m-1", "text": "Hi!"})
    assert (said.status_code, said.json()["seq"], said.json()["position"]) == (201, 3, 3)
    assert post(desk, path, {"id": "m-1", "text": "Hi!"}).json() == said.json()
    assert refused(post(desk, path, {"id": "m-1", "text": "Ho!"})) == (409, "conflict")
    first, second = desk.get(path).json()["results"]
    assert (first["author"], first["text"], first["sender"]) == ("contact", "hello 云", str(guest.actor.id))
    assert (second["author"], second["text"], second["id"]) == ("member", "Hi!", "m-1")
    assert second["name"] == "Ada"
    assert second == said.json()
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "Hi!"


def test_what_has_no_id_is_something_new(desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}"
    for what in ("messages", "notes"):
        ids = [post(desk, f"{path}/{what}", {"text": "Hi!"}).json()["id"] for _ in range(2)]
        assert len(set(ids)) == 2
        assert [row["id"] for row in desk.get(f"{path}/{what}", {"order": "-seq"}).json()["results"]][:2] == ids[::-1]
        again = [
            desk.post(
                f"{path}/{what}", {"text": "Ho!"}, content_type="application/json", headers={"idempotency-key": what}
            )
            for _ in range(2)
        ]
        assert again[0].json() == again[1].json()
        assert len([row for row in desk.get(f"{path}/{what}").json()["results"] if row["text"] == "Ho!"]) == 1


def test_notes_are_read_by_who_may(
    shop: Shop, desk: Client, owner: Client, guest: Guest, client_for: ClientFor
) -> None:
    path = f"{BASE}/{guest.conversation}/notes"
    noted = post(desk, path, {"id": "n-1", "text": "careful"}).json()
    post(desk, path, {"id": "n-2", "text": "very"})
    assert desk.get(path, {"limit": 1}).json()["results"] == [noted]
    assert [row["text"] for row in desk.get(path).json()["results"]] == ["careful", "very"]
    assert (noted["id"], noted["name"], noted["text"], noted["seq"]) == ("n-1", "Ada", "careful", 1)
    reads = program(shop, owner, client_for, "conversations.view", "notes:read")
    assert [row["text"] for row in reads.get(path).json()["results"]] == [None, None], "without personal:read"
    for scopes in (("conversations.view", "personal:read"), ("notes:read",)):
        assert refused(program(shop, owner, client_for, *scopes).get(path)) == (403, "not_allowed")
    assert refused(desk.get(f"{BASE}/{new_subject()}/notes")) == (404, "not_found")
    assert refused(client_for(shop.tenant).get(path, headers=guest.headers)) == (401, "not_signed_in")


def test_a_key_says_something(shop: Shop, owner: Client, guest: Guest, client_for: ClientFor) -> None:
    path = f"{BASE}/{guest.conversation}/messages"
    robot = program(shop, owner, client_for, "conversations.view", "conversations.reply")
    assert post(robot, path, {"id": "m-1", "text": "Shipped"}).status_code == 201
    assert shop.read(guest.conversation)[-1].body["name"] == "Robot"
    assert [m["text"] for m in robot.get(path).json()["results"]] == [None, None], "without personal:read"
    assert [m["name"] for m in robot.get(path).json()["results"]] == [None, None]
    mute = program(shop, owner, client_for, "conversations.view")
    assert refused(post(mute, path, {"id": "m-2", "text": "x"})) == (403, "not_allowed")
    assert refused(post(mute, f"{BASE}/{guest.conversation}/read", {"seq": 1})) == (403, "not_allowed")
    blind = program(shop, owner, client_for, "conversations.reply")
    for response in (blind.get(path), post(blind, path, {"id": "m", "text": "x"}), blind.get(EVENTS)):
        assert refused(response) == (403, "not_allowed")


def test_messages_page_by_page_both_ways(shop: Shop, desk: Client, guest: Guest) -> None:
    for text in "abcde":
        shop.say(guest.conversation, guest.actor, text)
    path = f"{BASE}/{guest.conversation}/messages"

    def texts(page: Any) -> str:
        return "".join(m["text"][0] for m in page["results"])

    pages = [desk.get(f"{path}?limit=2&order=-seq").json()]
    while pages[-1]["next"]:
        pages.append(follow(desk, pages[-1]["next"]))
    assert [texts(page) for page in pages] == ["ed", "cb", "ah"]
    assert pages[0]["previous"] is None
    back = follow(desk, pages[2]["previous"])
    assert texts(back) == "cb"
    assert texts(follow(desk, back["previous"])) == "ed"
    assert follow(desk, back["previous"])["previous"] is None
    assert texts(follow(desk, back["next"])) == "ah"
    assert texts(desk.get(path, {"limit": 3}).json()) == "hab"


def test_a_cursor_is_of_one_list_in_one_order(shop: Shop, desk: Client, guest: Guest) -> None:
    shop.say(guest.conversation, guest.actor, "x")
    path = f"{BASE}/{guest.conversation}/messages"
    cursor = dict(p.split("=") for p in urlsplit(desk.get(f"{path}?limit=1").json()["next"]).query.split("&"))["cursor"]
    other = f"{BASE}/{shop.welcome(text='y').conversation}/messages"
    assert desk.get(f"{path}?cursor={cursor}").status_code == 200
    for wrong in (f"{path}?order=-seq&cursor={cursor}", f"{other}?cursor={cursor}", f"{BASE}?cursor={cursor}"):
        assert refused(desk.get(wrong)) == (422, "invalid")


def test_read_marks(shop: Shop, desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}"
    for _ in range(2):
        assert post(desk, f"{path}/read", {"seq": 2}).status_code == 204
    shown = desk.get(path).json()
    assert (shown["unread"], shown["member_read_seq"], shown["public_seq"]) == (0, 2, 3)
    assert refused(post(desk, f"{path}/read", {"seq": 4})) == (409, "not_there_yet")
    assert refused(post(desk, f"{path}/read", {"seq": 0})) == (422, "invalid")


@pytest.mark.parametrize("what", ["messages", "read"])
def test_what_is_not_there(desk: Client, what: str) -> None:
    path = f"{BASE}/{new_subject()}/{what}"
    bodies = {"messages": {"id": "1", "text": "x"}, "read": {"seq": 1}}
    assert refused(post(desk, path, bodies[what])) == (404, "not_found")
    if what == "messages":
        assert refused(desk.get(path)) == (404, "not_found")


def test_contacts(shop: Shop, desk: Client, owner: Client, client_for: ClientFor) -> None:
    guests = [shop.welcome() for _ in range(3)]
    page = desk.get(CONTACTS, {"limit": 2}).json()
    names = [found["name"] for found in page["results"] + follow(desk, page["next"])["results"]]
    assert names == [guest.actor.name for guest in reversed(guests)]
    assert desk.get(CONTACTS, {"order": "created_at"}).json()["results"][0]["id"] == str(guests[0].actor.id)
    path = f"{CONTACTS}/{guests[0].actor.id}"
    assert desk.get(path).json()["name"] == guests[0].actor.name
    assert program(shop, owner, client_for, "conversations.view").get(path).json()["name"] is None
    assert refused(program(shop, owner, client_for, "members.view").get(CONTACTS)) == (403, "not_allowed")
    assert refused(desk.get(f"{CONTACTS}/{new_subject()}")) == (404, "not_found")


def test_a_list_with_contacts_expanded(desk: Client, guest: Guest) -> None:
    (plain,) = desk.get(BASE).json()["results"]
    (full,) = desk.get(BASE, {"expand": "contact"}).json()["results"]
    assert full["contact"] == desk.get(f"{CONTACTS}/{guest.actor.id}").json()
    more = {"created_at", "email", "phone", "merged_into", "attributes"}
    assert full["contact"].keys() - plain["contact"].keys() == more


def test_the_feed_is_resumed_where_it_ended(shop: Shop, desk: Client, guest: Guest) -> None:
    shop.write(guest.conversation, [NotePosted(name="Ada", text="careful")])
    page = desk.get(EVENTS, {"limit": 2}).json()
    assert [event["kind"] for event in page["results"]] == ["conversation.started.v1", "message.posted.v1"]
    assert page["position"] == 2
    rest = follow(desk, page["next"])
    (note,) = rest["results"]
    assert note["body"] == {"name": "Ada", "text": "careful", "mentions": []}
    assert (note["audience"], note["conversation"], note["seq"]) == ("staff", str(guest.conversation), 1)
    assert (rest["next"], rest["position"]) == (None, 3)
    assert desk.get(EVENTS, {"after": 3}).json()["results"] == []
    shop.say(guest.conversation, guest.actor, "more")
    assert [event["position"] for event in desk.get(EVENTS, {"after": 3}).json()["results"]] == [4]
    beyond = desk.get(EVENTS, {"after": 99}).json()
    assert beyond == {"results": [], "next": None, "previous": None, "position": 4}, (
        "a cursor of another log is put right"
    )


def test_what_a_key_sees_of_the_feed(shop: Shop, owner: Client, guest: Guest, client_for: ClientFor) -> None:
    shop.write(guest.conversation, [NotePosted(name="Ada", text="careful")])

    def feed(*scopes: str, **query: str) -> Any:
        return program(shop, owner, client_for, "conversations.view", *scopes).get(EVENTS, query)

    bodies = [event["body"] for event in feed().json()["results"]]
    assert bodies[1:] == [{"author": "contact", "name": None, "text": None, "files": []}]
    assert "careful" not in feed("personal:read").content.decode()
    assert feed("notes:read").json()["results"][-1]["body"] == {"name": None, "text": None, "mentions": []}
    assert feed("notes:read", "personal:read").json()["results"][-1]["body"]["text"] == "careful"
    hidden = feed(kinds="note.posted.v1").json()
    assert (hidden["results"], hidden["next"], hidden["position"]) == ([], None, 3 + 5), "a key made is an entry, too"
    assert [e["seq"] for e in feed(kinds="message.posted.v1").json()["results"]] == [2]
    for query in ({"kinds": "x"}, {"kinds": ""}, {"after": "-1"}, {"after": "x"}, {"limit": "1001"}, {"cursor": "1"}):
        assert refused(feed(**query)) == (422, "invalid")
