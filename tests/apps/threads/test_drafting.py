"""Drafts over REST: one's own alone, on every device, and the newest holds."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.test import Client

from conversations.threads.drafting.commands import KEPT_EMPTY, forget_drafts_of, forget_empty_drafts
from conversations.threads.models import DraftMessage
from tenants.context import tenant_context
from tenants.database.models import new_id
from tenants.members.member import Member
from tests.apps.threads.test_api import BASE, post, refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

MINE: Final = "/api/v1/me/drafts"
JSON: Final = "application/json"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello")


@pytest.fixture
def ada(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="agent")


@pytest.fixture
def desk(shop: Shop, ada: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, ada)


def put(client: Client, guest: Guest, text: str, version: int, kind: str = "answer", **more: Any) -> Any:
    body = {"text": text, "version": version, **more}
    return client.put(f"{MINE}/{guest.conversation}/{kind}", body, content_type=JSON)


def listed(client: Client) -> list[str]:
    return [each["text"] for each in client.get(MINE).json()["results"]]


def test_the_newest_holds(shop: Shop, desk: Client, guest: Guest) -> None:
    path, before = f"{MINE}/{guest.conversation}/answer", len(shop.read_all())
    nothing = {"conversation": str(guest.conversation), "kind": "answer", "text": "", "reply_to": None, "version": 0}
    assert desk.get(path).json() == nothing
    assert put(desk, guest, "Dear", 3, reply_to=2).json() == {**nothing, "text": "Dear", "reply_to": 2, "version": 3}
    assert put(desk, guest, "late", 2).json()["text"] == "Dear", "another device's, begun earlier"
    assert put(desk, guest, "as new", 3).json()["text"] == "Dear"
    assert put(desk, guest, "Dear you", 4).json() == desk.get(path).json()
    assert desk.get(path).json()["text"] == "Dear you"
    put(desk, guest, "careful", 1, "note")
    assert listed(desk) == ["Dear you", "careful"]
    assert put(desk, guest, "", 5).json()["text"] == ""
    assert put(desk, guest, "back again", 5).json()["text"] == "", "what was sent is not brought back"
    assert listed(desk) == ["careful"]
    assert len(shop.read_all()) == before, "nothing of it is on the log"


def test_nobody_else_sees_it(
    shop: Shop, desk: Client, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    put(desk, guest, "mine alone", 1)
    owner = client_for(shop.tenant, make_member(shop.tenant, name="Olivia", role="owner"))
    assert listed(owner) == []
    assert owner.get(f"{MINE}/{guest.conversation}/answer").json()["version"] == 0
    assert "mine alone" not in owner.get(f"{BASE}/{guest.conversation}").content.decode()
    robot = program(shop, owner, client_for, "conversations.view", "conversations.reply", "personal:read")
    assert refused(robot.get(MINE))[0] == 403
    assert refused(put(robot, guest, "x", 1))[0] == 403
    viewer = client_for(shop.tenant, make_member(shop.tenant, name="Vic", role="viewer"))
    assert refused(put(viewer, guest, "x", 1)) == (403, "not_allowed")


def test_what_does_not_fit(desk: Client, guest: Guest) -> None:
    for body in ({"text": "x"}, {"version": 1}, {"text": "x", "version": 0}, {"text": "x" * 8001, "version": 1}):
        answer = desk.put(f"{MINE}/{guest.conversation}/answer", body, content_type=JSON)
        assert refused(answer) == (422, "invalid")
    assert refused(put(desk, guest, "x", 1, "poem")) == (404, "not_found")
    for answer in (
        desk.get(f"{MINE}/{new_id()}/answer"),
        desk.put(f"{MINE}/{new_id()}/answer", {"text": "x", "version": 1}, content_type=JSON),
    ):
        assert refused(answer) == (404, "not_found")


def test_page_by_page(shop: Shop, desk: Client) -> None:
    for number in range(5):
        put(desk, shop.welcome(text="hi"), str(number), 1)
    found: list[str] = []
    cursor: Any = {}
    while cursor is not None:
        page = desk.get(MINE, {"limit": 2, **cursor}).json()
        found += [each["text"] for each in page["results"]]
        cursor = {"cursor": page["next"].split("cursor=")[1].split("&")[0]} if page["next"] else None
    assert sorted(found) == ["0", "1", "2", "3", "4"]


def test_they_go_with_the_contact_and_with_the_member(
    shop: Shop, desk: Client, ada: Member, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    other = shop.welcome(text="hi")
    put(desk, guest, "about somebody", 1)
    put(desk, other, "about another", 1)
    owner = client_for(shop.tenant, make_member(shop.tenant, name="Olivia", role="owner"))
    assert post(owner, f"/api/v1/contacts/{guest.actor.id}/erase", {}).status_code == 200
    assert listed(desk) == ["about another"]
    assert put(desk, guest, "late", 9).json()["version"] == 0, "of the erased nothing is written down any more"
    with tenant_context(shop.tenant):
        assert not DraftMessage.objects.filter(conversation=guest.conversation).exists()
        forget_drafts_of(member=ada.person_id)
    assert listed(desk) == []


def test_empty_ones_are_forgotten_in_the_end(shop: Shop, desk: Client, guest: Guest) -> None:
    put(desk, guest, "", 4)
    put(desk, guest, "still", 1, "note")
    now = datetime.now(UTC)
    with tenant_context(shop.tenant):
        forget_empty_drafts(now=now)
        assert DraftMessage.objects.count() == 2
        forget_empty_drafts(now=now + KEPT_EMPTY + timedelta(seconds=1))
        assert [row.text for row in DraftMessage.objects.all()] == ["still"]
