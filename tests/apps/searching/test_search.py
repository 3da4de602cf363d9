"""Searching over REST: what is found, in which order, by whom, and no more once it is gone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client

from conversations.engine.models import ReaderCursor
from conversations.searching.models import SearchEntry
from conversations.threads.events import ConversationAssigned, ConversationTagged, NotePosted
from tenants.context import TenantRef, maintenance_context, tenant_context
from tests.apps.searching.seeking import SEARCH, Seeking
from tests.apps.threads.test_api import refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Guest, Shop

JSON = "application/json"


def entries(shop: Shop) -> list[tuple[Any, ...]]:
    with tenant_context(shop.tenant):
        rows = SearchEntry.objects.order_by("position")
        return list(rows.values_list("position", "source", "at", "subject", "sort", "terms"))


def note(shop: Shop, guest: Guest, text: str) -> None:
    shop.write(guest.conversation, [NotePosted(name="Ada", text=text)])


def erase(seeking: Seeking, guest: Guest) -> None:
    answer = seeking.office.boss.post(f"/api/v1/contacts/{guest.actor.id}/erase", {}, content_type=JSON)
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("退款多久到账", "你好，请问退款要多久才能到账？"),
        ("退款", "你好，请问退款要多久才能到账？"),
        ("款", "你好，请问退款要多久才能到账？"),
        ("ｉＰｈｏｎｅ手机壳", "iPhone 15 的手机壳有货吗"),
        ("refunding orders", "I want a refund for order A-1042"),
        ("a-1042", "I want a refund for order A-1042"),
        ('"my order"', "Where is my order?"),
        ('"手机壳有货"', "iPhone 15 的手机壳有货吗"),
    ],
)
def test_the_best_comes_first(seeking: Seeking, q: str, first: str) -> None:
    for text in (
        "你好，请问退款要多久才能到账？",
        "iPhone 15 的手机壳有货吗",
        "I want a refund for order A-1042",
        "Where is my order?",
        "Hello",
    ):
        seeking.shop.welcome(text=text)
    assert seeking.found(q)[0] == first


def test_an_answer_says_where_it_was_found(seeking: Seeking) -> None:
    guest = seeking.shop.welcome(text="Hello")
    said = seeking.shop.say(guest.conversation, guest.actor, "My parcel 包裹 is late")
    seeking.shop.say(guest.conversation, guest.actor, "that parcel of mine again, which is nowhere to be seen")
    answer = seeking.ask("parcel 包裹")
    (one,) = answer["results"]
    assert answer["capped"] is False
    assert one == {
        "type": "conversation",
        "id": str(guest.conversation),
        "title": one["title"],
        "title_highlights": [],
        "snippet": "My parcel 包裹 is late",
        "highlights": [{"start": 3, "end": 9}, {"start": 10, "end": 12}],
        "at": said.at.isoformat().replace("+00:00", "Z"),
        "seq": said.seq,
        "audience": "public",
        "status": "open",
        "score": 1.0,
        "matches": one["matches"],
    }


def test_contacts_and_tickets_are_found_with_conversations(seeking: Seeking) -> None:
    guest = seeking.shop.welcome(text="It is about the zeppelin")
    name = {"name": "Zeppelin Lee"}
    path = f"/api/v1/contacts/{guest.actor.id}"
    assert seeking.office.browser.patch(path, name, content_type=JSON).status_code == 200
    ticket = seeking.office.open(title="Zeppelin grounded", text="since Monday")
    seeking.office.ask("post", f"/{ticket['id']}/comments", {"text": "The airship flies again"}, status=201)
    found = seeking.ask("zeppelin")["results"]
    assert {one["type"]: one["id"] for one in found} == {
        "conversation": str(guest.conversation),
        "contact": str(guest.actor.id),
        "ticket": ticket["id"],
    }
    assert [one["type"] for one in seeking.ask("zeppelin", type="ticket")["results"]] == ["ticket"]
    (by_number,) = seeking.ask(f"{ticket['called']}" if "called" in ticket else "grounded", type="ticket")["results"]
    assert by_number["id"] == ticket["id"]
    assert seeking.found("airship") == ["The airship flies again"]
    seeking.office.change(ticket, title="Balloon grounded")
    assert [one["id"] for one in seeking.ask("balloon")["results"]] == [ticket["id"]]
    assert seeking.ask("zeppelin", type="ticket")["results"] == []


def test_notes_are_found_by_who_may_read_them(seeking: Seeking, office: Any) -> None:
    guest = seeking.shop.welcome(text="hello there")
    note(seeking.shop, guest, "He is a swindler")
    ticket = office.open(title="A parcel")
    office.ask("post", f"/{ticket['id']}/comments", {"text": "a swindler, too", "among_staff": True}, status=201)
    told = {(one["type"], one["audience"]) for one in seeking.ask("swindler")["results"]}
    assert told == {("conversation", "staff"), ("ticket", "staff")}
    scopes = ["conversations.view", "tickets.view", "personal:read"]
    assert seeking.found("swindler", client=office.program(*scopes)) == []
    assert seeking.found("hello", client=office.program(*scopes)) == ["hello there"]
    assert len(seeking.found("swindler", client=office.program(*scopes, "notes:read"))) == 2


def test_who_sees_no_tickets_finds_none_and_who_sees_no_names_finds_nothing(seeking: Seeking, office: Any) -> None:
    office.open(title="Submarine")
    seeking.shop.welcome(text="Submarine?")
    found = seeking.ask("submarine", client=office.program("conversations.view", "personal:read"))["results"]
    assert [one["type"] for one in found] == ["conversation"]
    assert refused(office.program("conversations.view").get(SEARCH, {"q": "submarine"})) == (403, "personal_filter")
    assert refused(office.program("members.view").get(SEARCH, {"q": "submarine"}))[0] == 403


def test_another_companys_words_are_found_by_nobody_here(
    seeking: Seeking, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    other: TenantRef = make_tenant()
    seeking.shop.welcome(text="our secret")
    there = client_for(other, make_member(other))
    seeking.read()
    assert there.get(SEARCH, {"q": "secret"}).json()["results"] == []


def test_filters(seeking: Seeking, office: Any) -> None:
    mine, done, _ = (seeking.shop.welcome(text=f"parcel {n}") for n in range(3))
    seeking.shop.write(mine.conversation, [ConversationAssigned(to=office.member.person_id, name="Ada")])
    seeking.shop.write(mine.conversation, [ConversationTagged(tags=("vip",), added=("vip",), removed=())])
    assert (
        office.boss.post(f"/api/v1/conversations/{done.conversation}/resolve", {}, content_type=JSON).status_code == 200
    )
    office.open(title="parcel 3", owner=str(office.member.person_id))
    assert set(seeking.found("parcel", type="conversation", agent="me")) == {"parcel 0"}
    assert set(seeking.found("parcel", agent=str(office.member.person_id))) == {"parcel 0", "parcel 3"}
    assert set(seeking.found("parcel", type="conversation", agent="none")) == {"parcel 1", "parcel 2"}
    assert seeking.found("parcel", status="resolved") == ["parcel 1"]
    assert seeking.found("parcel", status="new") == ["parcel 3"]
    assert seeking.found("parcel", tag="VIP") == ["parcel 0"]
    assert len(seeking.found("parcel", inbox=seeking.shop.inbox)) == 3
    assert seeking.found("parcel", inbox="another") == []
    now = datetime.now(UTC)
    recent: dict[str, Any] = {"from": (now - timedelta(minutes=5)).isoformat()}
    coming: dict[str, Any] = {"from": (now + timedelta(minutes=5)).isoformat()}
    assert len(seeking.found("parcel", **recent)) == 4
    assert seeking.found("parcel", **coming) == []
    assert seeking.found("parcel", to=(now - timedelta(minutes=5)).isoformat()) == []


def test_pages_lead_on_and_back(seeking: Seeking) -> None:
    for n in range(7):
        seeking.shop.welcome(text=f"parcel {n}")
    pages, answer = [], seeking.ask("parcel", limit=3)
    while True:
        pages.append([one["snippet"] for one in answer["results"]])
        if answer["next"] is None:
            break
        parts = urlsplit(answer["next"])
        answer = seeking.office.browser.get(f"{parts.path}?{parts.query}").json()
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one for page in pages for one in page] == [f"parcel {n}" for n in (6, 5, 4, 3, 2, 1, 0)]


def test_common_words_are_capped_and_it_says_so(seeking: Seeking, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        seeking.shop.welcome(text=f"parcel {n}")
    for module in ("candidates", "queries", "rules.ranking"):
        monkeypatch.setattr(f"conversations.searching.{module}.CANDIDATES", 4)
    answer = seeking.ask("parcel")
    assert answer["capped"] is True
    assert [one["snippet"] for one in answer["results"]] == [f"parcel {n}" for n in (5, 4, 3, 2)]


def test_many_messages_do_not_hide_a_ticket(seeking: Seeking, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = seeking.office.open(title="parcel lost")
    for n in range(6):
        seeking.shop.welcome(text=f"parcel {n}")
    for module in ("candidates", "queries", "rules.ranking"):
        monkeypatch.setattr(f"conversations.searching.{module}.CANDIDATES", 4)
    assert [one["id"] for one in seeking.ask("parcel", type="ticket")["results"]] == [ticket["id"]]
    assert ticket["id"] in [one["id"] for one in seeking.ask("parcel")["results"]]


def test_statistics_make_no_difference_to_what_is_found(seeking: Seeking) -> None:
    for n in range(80):
        seeking.shop.welcome(text=f"hello parcel {n}")
    before = seeking.ask("hello parcel 17")["results"]
    with tenant_context(seeking.shop.tenant), connection.cursor() as cursor:
        cursor.execute("SELECT current_schema")
        (schema,) = cursor.fetchone()
    with maintenance_context(schema=schema), connection.cursor() as cursor:
        cursor.execute("ANALYZE search_entry")
    after = seeking.ask("hello parcel 17")["results"]
    assert (before[0]["id"], before[0]["score"]) == (after[0]["id"], 1.0)
    assert len(after) == len(before)


def test_who_was_erased_is_found_no_more(seeking: Seeking, office: Any) -> None:
    guest, other = (seeking.shop.welcome(text="the crocodile bit me") for _ in range(2))
    note(seeking.shop, guest, "a crocodile, really")
    office.open(title="crocodile", contact=str(guest.actor.id), conversation=str(guest.conversation))
    seeking.read()
    assert len(entries(seeking.shop)) == 4
    erase(seeking, guest)
    assert [row[3] for row in entries(seeking.shop)] == [other.conversation]  # before the index reads on
    found = seeking.ask("crocodile")["results"]
    assert [one["id"] for one in found] == [str(other.conversation)]


def test_who_was_erased_before_the_index_read_them_leaves_nothing(seeking: Seeking) -> None:
    guest = seeking.shop.welcome(text="the crocodile bit me")
    erase(seeking, guest)
    seeking.read()
    assert entries(seeking.shop) == []


def test_the_index_that_had_read_them_before_forgets_them_when_it_reads_on(seeking: Seeking) -> None:
    """What a reader has read, but not yet written, when somebody is erased, is written after that."""
    guest = seeking.shop.welcome(text="the crocodile bit me")
    seeking.read()
    written = entries(seeking.shop)
    erase(seeking, guest)
    with tenant_context(seeking.shop.tenant):
        position, source, at, subject, sort, _ = written[0]
        row = SearchEntry(position=position, source=source, at=at, subject=subject, sort=sort, terms=["crocodile"])
        row.save(force_insert=True)
    assert seeking.found("crocodile") == []
    assert entries(seeking.shop) == []


def test_read_again_from_the_beginning_the_index_is_the_same(seeking: Seeking) -> None:
    for n in range(5):
        guest = seeking.shop.welcome(text=f"parcel {n}")
        note(seeking.shop, guest, "a note")
    ticket = seeking.office.open(title="A box")
    seeking.office.change(ticket, title="A crate")
    seeking.read()
    before = entries(seeking.shop)
    with tenant_context(seeking.shop.tenant):
        ReaderCursor.objects.filter(reader="searching").update(position=0)
    seeking.read()
    assert entries(seeking.shop) == before
    with tenant_context(seeking.shop.tenant):
        ReaderCursor.objects.filter(reader="searching").update(position=0)
        SearchEntry.objects.all().delete()
    seeking.read()
    assert entries(seeking.shop) == before


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"q": ""},
        {"q": "!?"},
        {"q": "x" * 401},
        {"q": "a", "type": "b"},
        {"q": "a", "from": "b"},
        {"q": "a", "x": "y"},
    ],
)
def test_what_cannot_be_asked(seeking: Seeking, query: dict[str, str]) -> None:
    answer = seeking.office.browser.get(SEARCH, query)
    assert refused(answer) == (422, "invalid"), answer.content


@pytest.mark.parametrize(
    "q",
    ["'; DROP TABLE search_entry", "a'b\\", "%s %(x)s %", "a & b | !c <-> d:*", "\u200b a", "\U0001f600 a"],
)
def test_nothing_that_is_asked_is_a_command(seeking: Seeking, q: str) -> None:
    seeking.shop.welcome(text=f"a {q}")
    assert len(seeking.found(q, type="conversation")) == 1  # a name that nobody gave may begin with an a


def test_who_is_not_signed_in_finds_nothing(seeking: Seeking, client_for: ClientFor) -> None:
    client: Client = client_for(seeking.shop.tenant)
    assert client.get(SEARCH, {"q": "a"}).status_code == 401
