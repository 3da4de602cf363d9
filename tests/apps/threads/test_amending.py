"""Editing, recalling and reacting over REST; and that what was replaced is met nowhere any more."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client

from conversations.engine import log
from conversations.threads import commands
from conversations.threads.actors import of_member
from conversations.threads.models import AmendedMessage
from conversations.threads.queries import get_conversation
from integrations.webhooks import payload
from tenants.context import tenant_context
from tenants.database.models import new_id
from tenants.members.member import Member
from tests.apps.threads.test_api import BASE, post, refused
from tests.apps.threads.test_messages import EVENTS, program
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Guest, Shop

OLD: Final = "old-words-4711"
JSON: Final = "application/json"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    """Started is seq 1, hello is seq 2."""
    return shop.welcome(text="hello")


@pytest.fixture
def ada(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="agent")


@pytest.fixture
def desk(shop: Shop, ada: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, ada)


@pytest.fixture
def lead(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="supervisor", name="Sue"))


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner", name="Olivia"))


def at(guest: Guest, seq: int = 3, what: str = "") -> str:
    return f"{BASE}/{guest.conversation}/messages/{seq}{what}"


def patch(client: Client, path: str, text: str, **more: Any) -> Any:
    return client.patch(path, {"text": text}, content_type=JSON, **more)


def say(desk: Client, guest: Guest, text: str = OLD, **more: Any) -> Any:
    return post(desk, f"{BASE}/{guest.conversation}/messages", {"id": "m-1", "text": text, **more}).json()


def met(shop: Shop, text: str) -> dict[str, int]:
    """Count in which tables of the tenant a text is met, whatever the column."""
    found = {}
    with tenant_context(shop.tenant), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> %s",
            [shop.tenant.schema, "django_migrations"],
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"])
            found[table] = cursor.fetchone()[0]
    return {table: count for table, count in found.items() if count}


def test_a_message_is_edited(shop: Shop, desk: Client, guest: Guest) -> None:
    said = say(desk, guest)
    edited = patch(desk, at(guest), "new words")
    assert edited.status_code == 200
    assert edited.json() == {**said, "text": "new words", "edited_at": edited.json()["edited_at"]}
    assert edited.json()["edited_at"] is not None
    assert desk.get(f"{BASE}/{guest.conversation}/messages").json()["results"][1] == edited.json()
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "new words"
    event = shop.read(guest.conversation)[-1]
    assert (event.kind, event.body) == ("message.edited.v1", {"seq": 3, "text": "new words", "is_last": True})
    first = shop.read(guest.conversation)[2]
    assert (first.body["text"], first.body["replaced"]) == ("", True)
    patch(desk, at(guest), "new words")
    assert len(shop.read(guest.conversation)) == 4, "the same words are no news"


def test_only_the_last_message_is_shown_in_lists(shop: Shop, desk: Client, guest: Guest) -> None:
    say(desk, guest)
    shop.say(guest.conversation, guest.actor, "later")
    patch(desk, at(guest), "new words")
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "later"
    post(desk, at(guest, what="/recall"), {})
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "later"


def test_what_was_replaced_is_met_nowhere(
    shop: Shop, desk: Client, lead: Client, owner: Client, guest: Guest, client_for: ClientFor
) -> None:
    """Editing and recalling take it out of the log itself: whoever reads that, by whatever way, never meets it."""
    say(desk, guest)
    position = log_position(shop)
    patch(desk, at(guest), f"{OLD} again")
    patch(desk, at(guest), "third words")
    assert met(shop, OLD) == {"amended_message": 1}
    robot = program(shop, owner, client_for, "conversations.view", "notes:read", "personal:read")
    for client in (desk, lead, owner, robot):
        for path in (f"{BASE}/{guest.conversation}/messages", BASE, f"{BASE}/{guest.conversation}", EVENTS):
            assert OLD not in client.get(path).content.decode(), path
    texts = [each["body"]["text"] for each in robot.get(EVENTS, {"kinds": "message.edited.v1"}).json()["results"]]
    assert texts == ["", "third words"]
    with tenant_context(shop.tenant):
        waiting = log.read_at(positions=[position])[position]  # as a webhook that was not sent yet is written
        assert OLD.encode() not in payload.write(id_=new_id(), event=waiting, personal=True)
    post(desk, at(guest, what="/recall"), {})
    assert met(shop, "third words") == {"amended_message": 1}
    message = desk.get(f"{BASE}/{guest.conversation}/messages").json()["results"][1]
    assert (message["text"], message["recalled_at"] is None) == ("", False)
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == ""


def log_position(shop: Shop) -> int:
    with tenant_context(shop.tenant):
        return log.get_position()


def test_what_it_said_before_is_for_those_who_may(
    shop: Shop, desk: Client, lead: Client, owner: Client, guest: Guest, client_for: ClientFor
) -> None:
    say(desk, guest)
    assert lead.get(at(guest, what="/originals")).json() == {"originals": []}
    patch(desk, at(guest), "second")
    post(desk, at(guest, what="/recall"), {})
    found = lead.get(at(guest, what="/originals")).json()["originals"]
    assert [each["text"] for each in found] == [OLD, "second"]
    assert found[0]["at"] < found[1]["at"]
    assert refused(desk.get(at(guest, what="/originals"))) == (403, "not_allowed")
    robot = program(shop, owner, client_for, "conversations.view", "notes:read", "personal:read")
    assert refused(robot.get(at(guest, what="/originals"))) == (403, "not_allowed")
    assert client_for(shop.tenant).get(at(guest, what="/originals"), headers=guest.headers).status_code == 401
    assert refused(lead.get(at(guest, 99, "/originals"))) == (404, "not_found")


def test_who_may(
    shop: Shop, desk: Client, lead: Client, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    say(desk, guest)
    colleague = client_for(shop.tenant, make_member(shop.tenant, name="Ben", role="agent"))
    viewer = client_for(shop.tenant, make_member(shop.tenant, name="Vic", role="viewer"))
    for client in (colleague, viewer, lead):
        assert refused(patch(client, at(guest), "mine")) == (403, "not_allowed")
    for client in (colleague, viewer):
        assert refused(post(client, at(guest, what="/recall"), {})) == (403, "not_allowed")
    assert refused(post(viewer, at(guest, what="/reactions"), {"emoji": "👍"})) == (403, "not_allowed")
    assert refused(patch(desk, at(guest, 2), "not mine")) == (403, "not_allowed")
    recalled = post(lead, at(guest, what="/recall"), {})
    assert (recalled.status_code, recalled.json()["text"]) == (200, "")
    assert post(lead, at(guest, what="/recall"), {}).json() == recalled.json(), "again it is nothing"
    assert refused(patch(desk, at(guest), "back")) == (409, "recalled")
    assert refused(post(desk, at(guest, what="/reactions"), {"emoji": "👍"})) == (409, "recalled")


@pytest.mark.parametrize("seq", [1, 99, 2**63, 2**70])
def test_what_is_no_message(desk: Client, guest: Guest, seq: int) -> None:
    assert refused(patch(desk, at(guest, seq), "x")) == (404, "not_found")
    assert refused(post(desk, at(guest, seq, "/recall"), {})) == (404, "not_found")
    assert refused(post(desk, at(guest, seq, "/reactions"), {"emoji": "👍"})) == (404, "not_found")
    elsewhere = f"{BASE}/{new_id()}/messages/{seq}"
    assert refused(patch(desk, elsewhere, "x")) == (404, "not_found")


def test_for_as_long_as_the_inbox_allows(shop: Shop, desk: Client, owner: Client, ada: Member, guest: Guest) -> None:
    path = f"/api/v1/inboxes/{shop.inbox}"
    assert owner.get(path).json()["edit_window_s"] == 900
    now = datetime.now(UTC)
    with tenant_context(shop.tenant):
        said: Any = {"conversation": guest.conversation, "actor": of_member(member=ada), "client_id": "early"}
        commands.post_message(**said, text="early", now=now - timedelta(minutes=20))
    assert refused(patch(desk, at(guest), "late")) == (409, "too_late")
    assert refused(post(desk, at(guest, what="/recall"), {})) == (409, "too_late")
    assert owner.patch(path, {"edit_window_s": 3600}, content_type=JSON).json()["edit_window_s"] == 3600
    assert patch(desk, at(guest), "in time").status_code == 200
    assert refused(owner.patch(path, {"edit_window_s": -1}, content_type=JSON)) == (422, "invalid")
    assert owner.patch(path, {"edit_window_s": 0}, content_type=JSON).json()["edit_window_s"] == 0
    assert refused(patch(desk, at(guest), "never")) == (409, "too_late")


def test_visitors_change_their_own(shop: Shop, desk: Client, guest: Guest, client_for: ClientFor) -> None:
    visitor, where = client_for(shop.tenant), f"/api/v1/visitors/conversations/{guest.conversation}/messages"
    say(desk, guest, "an answer")
    head: Any = {"headers": guest.headers, "content_type": JSON}
    assert visitor.patch(f"{where}/2", {"text": "good day"}, **head).status_code == 204
    assert visitor.post(f"{where}/3/reactions", {"emoji": "🙏"}, **head).status_code == 204
    first, second = desk.get(f"{BASE}/{guest.conversation}/messages").json()["results"]
    assert first["text"] == "good day"
    assert second["reactions"] == [{"emoji": "🙏", "contact": True, "members": []}]
    assert refused(visitor.patch(f"{where}/3", {"text": "not theirs"}, **head)) == (403, "not_allowed")
    assert refused(visitor.post(f"{where}/3/recall", {}, **head)) == (403, "not_allowed")
    assert visitor.post(f"{where}/3/reactions", {"emoji": "🙏", "on": False}, **head).status_code == 204
    assert visitor.post(f"{where}/2/recall", {}, **head).status_code == 204
    stranger: Any = {"headers": shop.welcome(text="x").headers, "content_type": JSON}
    for answer in (
        visitor.patch(f"{where}/2", {"text": "x"}, **stranger),
        visitor.post(f"{where}/2/recall", {}, **stranger),
        visitor.post(f"{where}/2/reactions", {"emoji": "👍"}, **stranger),
    ):
        assert refused(answer) == (404, "not_found")
    assert visitor.post(f"{where}/2/recall", {}, content_type=JSON).status_code == 401


def test_reactions(shop: Shop, desk: Client, ada: Member, guest: Guest) -> None:
    path = at(guest, 2, "/reactions")
    shown = [{"emoji": "👍", "contact": False, "members": [str(ada.person_id)]}]
    for _ in range(2):
        assert post(desk, path, {"emoji": "👍"}).json()["reactions"] == shown
    assert [event.kind for event in shop.read(guest.conversation)][2:] == ["reaction.added.v1"]
    assert post(desk, path, {"emoji": "👍", "on": False}).json()["reactions"] == []
    for wrong in ({"emoji": "no"}, {"emoji": ""}, {"emoji": "👍👍"}, {}, {"emoji": "👍", "more": 1}):
        assert refused(post(desk, path, wrong)) == (422, "invalid")
    assert desk.get(f"{BASE}/{guest.conversation}").json()["last_text"] == "hello"


def test_sent_again_after_it_was_edited_it_is_a_repeat(shop: Shop, desk: Client, guest: Guest) -> None:
    say(desk, guest)
    patch(desk, at(guest), "new words")
    again = post(desk, f"{BASE}/{guest.conversation}/messages", {"id": "m-1", "text": OLD})
    assert (again.status_code, again.json()["seq"], again.json()["text"]) == (201, 3, "new words")
    assert len(shop.read(guest.conversation)) == 4


def test_erasure_leaves_nothing_of_it(shop: Shop, desk: Client, owner: Client, guest: Guest, ada: Member) -> None:
    say(desk, guest)
    patch(desk, at(guest), f"{OLD} again")
    assert post(owner, f"/api/v1/contacts/{guest.actor.id}/erase", {}).status_code == 200
    assert met(shop, OLD) == {}
    with tenant_context(shop.tenant):
        assert not AmendedMessage.objects.exists()
        assert get_conversation(conversation=guest.conversation).last_text == ""
    assert refused(patch(desk, at(guest), "x")) in {(409, "closed"), (409, "stale")}


def test_each_tenant_replaces_its_own(shop: Shop, guest: Guest, make_tenant: MakeTenant) -> None:
    """The function acts in the schema of the role that calls it, whatever stream is named."""
    other = Shop(tenant=make_tenant())
    with tenant_context(other.tenant):
        log.replace(stream=guest.conversation, seq=2, fields=["text"])
    assert shop.read(guest.conversation)[1].body["text"] == "hello"
