"""REST of conversations: what members read and ask for, page by page, and what each role may."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
from django.test import Client

from conversations.engine.streams import new_subject
from conversations.threads import commands
from conversations.threads.actors import of_member
from conversations.threads.events import ConversationRead
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

BASE: Final = "/api/v1/conversations"
NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant)


@pytest.fixture
def desk(shop: Shop, agent: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, agent)


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello 云")


def post(client: Client, path: str, body: object = None) -> Any:
    return client.post(path, body if body is not None else {}, content_type="application/json")


def refused(response: Any) -> tuple[int, str]:
    """Hold a refusal to the shape of problem+json; answer status and code."""
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body.keys() - {"errors"} == {"type", "title", "status", "code", "detail"}
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def test_a_conversation_as_it_is_shown(shop: Shop, desk: Client, agent: Member, guest: Guest) -> None:
    shop.write(guest.conversation, [ConversationRead(by="contact", seq=2)])
    shown = post(desk, f"{BASE}/{guest.conversation}/take").json()
    assert desk.get(f"{BASE}/{guest.conversation}").json() == shown
    for moment in ("started_at", "last_at"):
        assert datetime.fromisoformat(shown.pop(moment)).tzinfo
    assert shown == {
        "id": str(guest.conversation),
        "contact_id": str(guest.actor.id),
        "status": "open",
        "assignee": str(agent.person_id),
        "tags": [],
        "priority": "none",
        "snoozed": False,
        "snoozed_until": None,
        "contact": {
            "id": str(guest.actor.id),
            "name": guest.actor.name,
            "vouched": False,
            "blocked": False,
            "external_id": None,
        },
        "inbox": {"key": shop.inbox, "name": "Acme"},
        "last_text": "hello 云",
        "last_author": "contact",
        "public_seq": 3,
        "unread": 1,
        "contact_read_seq": 2,
        "member_read_seq": 0,
    }


def test_commands_over_http(desk: Client, agent: Member, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}"
    assert post(desk, f"{path}/take").json()["assignee"] == str(agent.person_id)
    assert post(desk, f"{path}/assign", {"member": None}).json()["assignee"] is None
    noted = post(desk, f"{path}/notes", {"id": "n-1", "text": "look here"})
    assert (noted.status_code, noted.json()["text"]) == (201, "look here")
    assert post(desk, f"{path}/notes", {"id": "n-1", "text": "look here"}).json() == noted.json()
    assert refused(post(desk, f"{path}/notes", {"id": "n-1", "text": "other"})) == (409, "conflict")
    assert post(desk, f"{path}/resolve").json()["status"] == "resolved"
    assert refused(post(desk, f"{path}/take")) == (409, "closed")
    assert post(desk, f"{path}/reopen").json()["status"] == "open"
    assert "look here" not in desk.get(path).content.decode()


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("assign", {}, "member"),
        ("assign", {"member": "me"}, "member"),
        ("assign", {"member": None, "more": 1}, "more"),
        ("take", {"member": None}, "member"),
        ("resolve", {"x": 1}, "x"),
        ("reopen", {"x": 1}, "x"),
        ("notes", {"id": "1"}, "text"),
        ("notes", {"id": "", "text": "x"}, "id"),
        ("notes", {"id": "a\n", "text": "x"}, "id"),
        ("notes", {"id": "a" * 65, "text": "x"}, "id"),
        ("notes", {"id": "1", "text": " \n"}, "text"),
        ("notes", {"id": "1", "text": "x" * 8001}, "text"),
        ("notes", {"id": "1", "text": 5}, "text"),
    ],
)
def test_bodies_that_do_not_fit(desk: Client, guest: Guest, path: str, body: dict[str, Any], field: str) -> None:
    response = post(desk, f"{BASE}/{guest.conversation}/{path}", body)
    assert refused(response) == (422, "invalid")
    assert [error["field"] for error in response.json()["errors"]] == [field]


@pytest.mark.parametrize(
    "text", ["[]", "5", '"x"', "null", '{"id":"1","text":"\\u0000"}', '{"id":"1","text":"\\ud800"}']
)
def test_bodies_that_are_json_but_not_ours(desk: Client, guest: Guest, text: str) -> None:
    response = desk.post(f"{BASE}/{guest.conversation}/notes", text, content_type="application/json")
    assert refused(response) == (422, "invalid")


@pytest.mark.parametrize("text", ["", "{", "NaN", "[" * 100_000, '{"id":"1","text":NaN}', b"\xff\xfe"])
def test_bodies_that_are_no_json(desk: Client, guest: Guest, text: str) -> None:
    response = desk.post(f"{BASE}/{guest.conversation}/notes", text, content_type="application/json")
    assert refused(response)[0] in {400, 422}


def test_other_media_types_and_methods(desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}"
    assert refused(desk.post(f"{path}/take", {"x": 1}))[0] == 415
    assert refused(desk.put(path))[0] == 405
    assert refused(desk.get(f"{path}/take"))[0] == 405


def test_nobody_without_signing_in(shop: Shop, client_for: ClientFor, guest: Guest) -> None:
    anybody = client_for(shop.tenant)
    path = f"{BASE}/{guest.conversation}"
    for response in (
        anybody.get(BASE),
        anybody.get(path),
        anybody.get(path, headers=guest.headers),
        *(post(anybody, f"{path}/{command}") for command in ("take", "assign", "notes", "resolve", "reopen")),
        anybody.get("/api/v1/inboxes"),
        anybody.patch(f"/api/v1/inboxes/{shop.inbox}", {}, content_type="application/json"),
        post(anybody, "/api/v1/live-tickets"),
    ):
        assert refused(response) == (401, "not_signed_in")


def test_commands_ask_for_the_csrf_token(shop: Shop, client_for: ClientFor, agent: Member, guest: Guest) -> None:
    browser = client_for(shop.tenant, agent, csrf=True)
    assert refused(post(browser, f"{BASE}/{guest.conversation}/take")) == (403, "not_allowed")
    assert refused(post(browser, "/api/v1/live-tickets")) == (403, "not_allowed")


ROLES: Final = ("owner", "admin", "supervisor", "agent", "viewer")
MAY: Final = {
    "list": ROLES,
    "look": ROLES,
    "inboxes": ROLES,
    "ticket": ROLES,
    "take": ROLES[:4],
    "notes": ROLES[:4],
    "resolve": ROLES[:4],
    "reopen": ROLES[:4],
    "assign": ROLES[:3],
    "change inbox": ROLES[:2],
}


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may(shop: Shop, make_member: MakeMember, client_for: ClientFor, role: str) -> None:
    client = client_for(shop.tenant, make_member(shop.tenant, role=role))

    def path() -> str:
        return f"{BASE}/{shop.welcome(text='x').conversation}"

    found = {
        "list": client.get(BASE),
        "look": client.get(path()),
        "inboxes": client.get("/api/v1/inboxes"),
        "ticket": post(client, "/api/v1/live-tickets"),
        "take": post(client, f"{path()}/take"),
        "notes": post(client, f"{path()}/notes", {"id": "1", "text": "x"}),
        "resolve": post(client, f"{path()}/resolve"),
        "reopen": post(client, f"{path()}/reopen"),
        "assign": post(client, f"{path()}/assign", {"member": None}),
        "change inbox": client.patch(
            f"/api/v1/inboxes/{shop.inbox}", {"name": "Shop"}, content_type="application/json"
        ),
    }
    for what, response in found.items():
        if role in MAY[what]:
            assert response.status_code in {200, 201}, what
        else:
            assert refused(response) == (403, "not_allowed"), what


def test_lists(shop: Shop, desk: Client, agent: Member) -> None:
    guests = [shop.welcome(text=str(n)) for n in range(5)]
    shop.welcome()
    with tenant_context(shop.tenant):
        commands.take(conversation=guests[1].conversation, actor=of_member(member=agent), now=NOW)
        commands.resolve(conversation=guests[2].conversation, actor=of_member(member=agent), now=NOW)

    def texts(query: str) -> str:
        return "".join(found["last_text"] for found in desk.get(f"{BASE}?{query}").json()["results"])

    assert texts("") == "43210", "newest first; who said nothing is not listed"
    assert texts("status=open") == "4310"
    assert texts("status=resolved") == "2"
    assert texts("assignee=me") == texts(f"assignee={agent.person_id}") == "1"
    assert texts("assignee=none&status=open") == "430"
    assert texts(f"assignee={new_subject()}") == ""


def test_the_position_of_a_list_is_where_the_desk_goes_on(shop: Shop, desk: Client) -> None:
    guest = shop.welcome(text="x")
    assert desk.get(BASE).json()["position"] == 2
    last = shop.say(guest.conversation, guest.actor, "y")
    assert desk.get(BASE).json()["position"] == last.position == 3


def walk(desk: Client, query: str) -> list[list[str]]:
    """Follow `next` to the end."""
    pages, path = [], f"{BASE}?{query}"
    while path:
        page = desk.get(path).json()
        pages.append([found["last_text"] for found in page["results"]])
        assert (page["previous"] is None) is (len(pages) == 1)
        following = page["next"] and urlsplit(page["next"])
        path = following and f"{following.path}?{following.query}"
        assert len(pages) < 20
    return pages


def test_pages(shop: Shop, desk: Client) -> None:
    for n in range(7):
        shop.welcome(text=str(n))
    assert walk(desk, "limit=3") == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert walk(desk, "limit=1&status=open") == [[str(n)] for n in range(6, -1, -1)]


def test_pages_do_not_shift_when_something_new_comes(shop: Shop, desk: Client) -> None:
    for n in range(4):
        shop.welcome(text=str(n))
    first = desk.get(f"{BASE}?limit=2").json()
    shop.welcome(text="new")
    following = dict(parse_qsl(urlsplit(first["next"]).query))
    assert [found["last_text"] for found in desk.get(BASE, following).json()["results"]] == ["1", "0"]


def test_same_moment_different_pages(shop: Shop, desk: Client) -> None:
    guests = [shop.welcome(text=str(n)) for n in range(4)]
    with tenant_context(shop.tenant):
        ConversationRow.objects.update(last_at=NOW)
    assert walk(desk, "limit=1") == [[str(n)] for n in (3, 2, 1, 0)]
    assert len(guests) == 4


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=٣", "limit=1.5"),
        *(
            "order=x",
            "expand=x",
            "x=1",
            "limit=null",
            "limit=1" + "0" * 5000,
            "limit=000001" + "9" * 5000,
            "status=x",
            "assignee=x",
            "assignee=",
        ),
        *("cursor=", "cursor=x", "cursor=x:y:z", "cursor=%00", "cursor=%F0%9F%98%80"),
    ],
)
def test_queries_that_do_not_fit(desk: Client, query: str) -> None:
    response = desk.get(f"{BASE}?{query}")
    assert refused(response) == (422, "invalid")
    assert response.json()["errors"][0]["field"] == query.partition("=")[0]


def test_a_conversation_of_uneven_id_is_none(desk: Client, guest: Guest) -> None:
    staff = UUID(int=guest.conversation.int | 1)
    assert refused(desk.get(f"{BASE}/{staff}")) == (404, "not_found")
    assert refused(post(desk, f"{BASE}/{staff}/notes", {"id": "1", "text": "x"})) == (404, "not_found")
