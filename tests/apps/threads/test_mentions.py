"""Mentions over REST: told once, listed for whom they name and for nobody else, counted until they are read."""

from typing import Any

import pytest
from django.test import Client

from conversations.engine import log
from conversations.threads.mentions import write_mentions
from conversations.threads.models import Mention
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.apps.threads.test_api import BASE
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

JSON = "application/json"
MINE = "/api/v1/me/mentions"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello")


@pytest.fixture
def ada(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ada", role="agent")


@pytest.fixture
def bea(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Bea", role="agent")


def note(client: Client, guest: Guest, text: str, **more: Any) -> Any:
    return client.post(f"{BASE}/{guest.conversation}/notes", {"text": text, **more}, content_type=JSON)


def read(client: Client, conversation: object, seq: int) -> int:
    said = {"conversation": str(conversation), "seq": seq}
    status: int = client.post(f"{MINE}/read", said, content_type=JSON).status_code
    return status


def mine(client: Client, **asked: str) -> tuple[list[str], int]:
    said = client.get(MINE, asked).json()
    return [row["text"] for row in said["results"]], said["unread"]


def test_who_is_named_is_told_and_nobody_else(
    shop: Shop, guest: Guest, ada: Member, bea: Member, client_for: ClientFor
) -> None:
    amys, beas = client_for(shop.tenant, ada), client_for(shop.tenant, bea)
    said = note(amys, guest, "@Bea and @Ada, look", id="n1")
    assert said.json()["mentions"] == [str(bea.person_id)], "nobody is told by themselves"
    assert note(amys, guest, "@Bea and @Ada, look", id="n1").json() == said.json()
    assert mine(beas) == (["@Bea and @Ada, look"], 1)
    assert mine(amys) == ([], 0)
    (row,) = beas.get(MINE).json()["results"]
    assert (row["conversation"], row["seq"], row["name"], row["sender"], row["read"]) == (
        str(guest.conversation),
        said.json()["seq"],
        "Ada",
        str(ada.person_id),
        False,
    )


def test_they_are_counted_until_they_are_read(
    shop: Shop, guest: Guest, ada: Member, bea: Member, client_for: ClientFor
) -> None:
    amys, beas = client_for(shop.tenant, ada), client_for(shop.tenant, bea)
    first = note(amys, guest, "@Bea one").json()
    note(amys, guest, "@Bea two")
    note(amys, shop.welcome(text="x"), "@Bea three")
    assert mine(beas) == (["@Bea three", "@Bea two", "@Bea one"], 3)
    page = beas.get(MINE, {"limit": 2}).json()
    assert ([row["text"] for row in page["results"]], page["unread"]) == (["@Bea three", "@Bea two"], 3)
    assert [row["text"] for row in beas.get(page["next"]).json()["results"]] == ["@Bea one"]
    assert read(beas, guest.conversation, first["seq"]) == 204
    assert mine(beas, unread="true") == (["@Bea three", "@Bea two"], 2)
    assert len(mine(beas)[0]) == 3
    assert read(amys, guest.conversation, 99) == 204
    assert mine(beas)[1] == 2, "nobody reads for another"
    assert read(beas, guest.actor.id, 1) == 404


def test_who_may_see_no_note_is_not_named(
    shop: Shop, guest: Guest, ada: Member, make_member: MakeMember, client_for: ClientFor
) -> None:
    viewer = make_member(shop.tenant, name="Vic", role="viewer")
    client = client_for(shop.tenant, ada)
    assert note(client, guest, "@Vic @Nobody").json()["mentions"] == [str(viewer.person_id)]
    assert client.get(MINE).status_code == 200


def test_the_rows_are_what_the_log_tells(
    shop: Shop, guest: Guest, ada: Member, bea: Member, client_for: ClientFor
) -> None:
    note(client_for(shop.tenant, ada), guest, "@Bea one")
    with tenant_context(shop.tenant):
        notes = [event for event in log.read_tenant(after=0) if event.kind == "note.posted.v1"]
        told = [(bea.person_id, guest.conversation, note.seq, note.position, note.at, None) for note in notes]
        for _ in range(2):
            rows = Mention.objects.values_list("member", "conversation", "seq", "position", "at", "read_at")
            assert list(rows) == told
            write_mentions(notes=notes)
