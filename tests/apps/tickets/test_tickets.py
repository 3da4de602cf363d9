"""Tickets on a database: opened, numbered without a gap, changed, found, shown to whom."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.threads.actors import SYSTEM
from conversations.threads.erasure import erase_contact
from conversations.tickets import projections
from conversations.tickets.commands.changing import hand_over, release
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.events import TicketOpened
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.changing import Wanted
from conversations.tickets.rules.ticket import Ticket, fold
from tenants.context import TenantRef, tenant_context
from tests.apps.tickets.office import Office

ROOT = Path(__file__).resolve().parents[3]
FORM = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "maxLength": 20, "x-personal": False},
        "amount": {"type": "number", "minimum": 0},
        "colours": {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}},
    },
    "required": ["order"],
    "additionalProperties": False,
}


def tell(events: Sequence[Recorded]) -> Ticket:
    """Answer a ticket as its log alone tells it."""
    opened, *rest = events
    fact = opened.fact()
    assert isinstance(fact, TicketOpened)
    return fold(ticket=Ticket.begin(fact=fact, at=opened.at), events=[(event.fact(), event.at) for event in rest])


def numbers(tenant: TenantRef) -> list[int]:
    with tenant_context(tenant):
        return sorted(TicketRow.objects.values_list("number", flat=True))


def open_many(tenant: TenantRef, count: int) -> None:
    try:
        with tenant_context(tenant):
            for _ in range(count):
                open_ticket(actor=SYSTEM, wanted=Wanted(title="One"), now=datetime.now(UTC))
    finally:
        connection.close()


def test_a_ticket_is_opened_and_changed(office: Office) -> None:
    made = office.open(text="Half of it is gone", priority="high")
    assert made["number"].rsplit("-", 1)[1] == "1"
    assert (made["status"], made["category"], made["priority"]) == ("new", "new", "high")
    assert made["watchers"] == [str(office.member.person_id)]
    me = str(office.member.person_id)
    now = office.change(made, status="open", owner=me, title="Parcel open", priority="urgent")
    assert (now["status"], now["owner"], now["title"], now["priority"]) == ("open", me, "Parcel open", "urgent")
    office.change(made, status="open", owner=me)
    assert office.kinds(made) == ["opened", "prioritized", "watched", "described", "prioritized", "assigned", "moved"]
    solved = office.change(made, status="solved")
    assert solved["settled_at"] is not None
    office.change(made, status="open")
    office.change(made, status="closed")
    assert office.refused(made, 409, title="again") == "closed"


def test_the_row_is_what_the_log_tells(office: Office) -> None:
    office.publish("ticket_type", "damage", {"name": "Damage", "form": FORM})
    first, other = office.open(type="damage", fields={"order": "4711", "amount": 3}), office.open()
    office.change(first, fields={"amount": None, "colours": ["red"]}, parent=other["id"])
    office.ask("post", f"/{first['id']}/links", {"to": other["id"], "how": "blocks"})
    item = office.ask("post", f"/{first['id']}/checklist", {"text": "Call"}, status=201)["checklist"][0]
    office.ask("patch", f"/{first['id']}/checklist/{item['id']}", {"done": True})
    office.ask("post", f"/{first['id']}/time", {"amount": 1.5, "unit": "hour"}, status=201)
    with tenant_context(office.shop.tenant):
        for row in TicketRow.objects.all():
            told = office.shop.read(row.id)
            assert projections.as_ticket(row=row) == tell(told)
            assert (row.public_seq + row.staff_seq) == len(told)
        events = [event for event in office.shop.read_all() if event.kind.startswith("ticket.")]
        rows = {row.id: row for row in TicketRow.objects.all()}
        before = {id_: projections.as_ticket(row=row) for id_, row in rows.items()}
        assert projections.fold(rows=rows, events=events) == (before, set()), "what was seen already changes nothing"


def test_numbers_have_no_gap_whoever_opens_at_once_and_whatever_is_refused(office: Office) -> None:
    tenant = office.shop.tenant
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda _: open_many(tenant, 5), range(4)))
    office.ask("post", "", {"title": "No", "type": "nothing"}, status=422)
    office.ask("post", "", {"title": "No", "parent": str(UUID(int=0))}, status=422)
    office.ask("post", "", {"title": "No", "status": "nowhere"}, status=422)
    office.open()
    assert numbers(tenant) == list(range(1, 22))


def test_numbers_have_no_gap_when_who_opens_one_is_killed(office: Office) -> None:
    tenant = office.shop.tenant
    office.open()
    command = [sys.executable, "-m", "tests.guarantees.stuck_ticket", str(tenant.id), tenant.slug, tenant.schema]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "in the middle\n"
        child.kill()
    until = time.monotonic() + 20
    while True:  # the database notices a while later that nobody is there any more
        try:
            made = office.open()
            break
        except AssertionError:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert made["number"].endswith("-2")
    assert numbers(tenant) == [1, 2]


def test_a_type_has_a_form_and_statuses_and_numbers_of_its_own(office: Office) -> None:
    office.publish(
        "ticket_type",
        "damage",
        {
            "name": "Damage",
            "prefix": "DMG",
            "form": FORM,
            "statuses": [
                {"key": "reported", "name": "Reported", "category": "new"},
                {"key": "with_carrier", "name": "With the carrier", "category": "on_hold"},
                {"key": "paid", "name": "Paid", "category": "solved"},
            ],
            "moves": {"reported": ["with_carrier"]},
        },
    )
    refused = office.ask("post", "", {"title": "x", "type": "damage", "fields": {"amount": -1, "size": 3}}, status=422)
    assert {(e["field"], e["code"]) for e in refused["errors"]} == {
        ("fields.amount", "invalid"),
        ("fields.size", "unknown"),
        ("fields.order", "required"),
    }
    made = office.open(type="damage", fields={"order": "4711"})
    assert (made["number"], made["status"]) == ("DMG-1", "reported")
    assert office.ask("patch", f"/{made['id']}", {"status": "paid"}, status=422)["errors"][0]["field"] == "status"
    office.change(made, status="with_carrier")
    office.change(made, status="paid")
    general = office.open()
    assert general["number"].endswith("-1")
    assert not general["number"].startswith("DMG")


def test_found_by_number_words_and_fields(office: Office) -> None:
    office.publish("ticket_type", "damage", {"name": "Damage", "form": FORM, "prefix": "DMG"})
    first = office.open(title="包裹破损了", type="damage", fields={"order": "4711"})
    second = office.open(text="A blue kettle", conversation=str(office.shop.welcome(text="hi").conversation))

    def found(query: str) -> list[str]:
        return [each["id"] for each in office.ask("get", f"?{query}")["results"]]

    assert found("q=破损") == found("q=dmg-1") == found("q=4711") == [first["id"]]
    assert found('fields={"order":"4711"}') == [first["id"]]
    assert found("q=kett") == found(f"conversation={second['conversations'][0]}") == [second["id"]]
    assert found("owner=none&category=new") == [second["id"], first["id"]]
    assert found("settled=true") == found("owner=me") == []


def test_a_parent_is_settled_after_its_children(office: Office) -> None:
    parent, child = office.open(), office.open()
    office.change(child, parent=parent["id"])
    assert office.ask("get", f"/{parent['id']}")["open_children"] == 1
    assert office.ask("patch", f"/{parent['id']}", {"status": "solved"}, status=409)["code"] == "children_open"
    assert office.ask("patch", f"/{parent['id']}", {"parent": child["id"]}, status=422)["code"] == "invalid"
    office.change(child, status="solved")
    office.change(parent, status="closed")
    assert office.ask("patch", f"/{child['id']}", {"status": "open"}, status=409)["code"] == "parent_closed"
    assert office.ask("post", "", {"title": "x", "parent": parent["id"]}, status=409)["code"] == "parent_closed"


def test_a_type_may_allow_it(office: Office) -> None:
    office.publish("ticket_type", "general", {"name": "General", "settles_before_children": True})
    parent = office.open()
    office.open(parent=parent["id"])
    assert office.change(parent, status="closed")["category"] == "closed"


def test_links_are_told_from_both_sides(office: Office) -> None:
    one, other = office.open(), office.open()
    office.ask("post", f"/{one['id']}/links", {"to": other["id"], "how": "blocks"})
    office.ask("post", f"/{one['id']}/links", {"to": one["id"]}, status=422)
    assert office.ask("get", f"/{other['id']}")["links"] == [{"ticket": one["id"], "how": "blocked_by"}]
    office.ask("delete", f"/{other['id']}/links/{one['id']}")
    assert office.ask("get", f"/{one['id']}")["links"] == []


def test_a_conversation_belongs_to_several_and_a_ticket_has_several(office: Office) -> None:
    one, other = office.open(), office.open()
    first, second = (str(office.shop.welcome(text="hi").conversation) for _ in range(2))
    for ticket, conversation in ((one, first), (one, second), (other, first)):
        office.ask("put", f"/{ticket['id']}/conversations/{conversation}", {})
    assert office.ask("get", f"/{one['id']}")["conversations"] == [first, second]
    assert len(office.ask("get", f"?conversation={first}")["results"]) == 2
    office.ask("delete", f"/{one['id']}/conversations/{first}")
    assert [each["id"] for each in office.ask("get", f"?conversation={first}")["results"]] == [other["id"]]


def test_merging_closes_one_and_carries_on_in_the_other(office: Office) -> None:
    conversation = str(office.shop.welcome(text="hi").conversation)
    one, other = office.open(conversation=conversation), office.open()
    merged = office.ask("post", f"/{one['id']}/merge", {"into": other["id"]})
    assert (merged["merged_into"], merged["category"]) == (other["id"], "closed")
    assert office.ask("get", f"/{other['id']}")["conversations"] == [conversation]
    assert office.refused(one, 409, title="x") == "merged"
    assert office.ask("post", f"/{other['id']}/merge", {"into": one["id"]}, status=409)["code"] == "merged"


def test_what_is_said_once_is_said_once(office: Office) -> None:
    made = office.open()
    for _ in range(2):
        office.ask("post", f"/{made['id']}/comments", {"id": "a", "text": "Found it"}, status=201)
    office.ask("post", f"/{made['id']}/comments", {"text": "He is angry", "among_staff": True}, status=201)
    said = office.ask("get", f"/{made['id']}/comments")["results"]
    assert [(each["text"], each["among_staff"]) for each in said] == [("Found it", False), ("He is angry", True)]


def test_time_adds_up(office: Office) -> None:
    made = office.open()
    for amount in (0.1, 0.2):
        office.ask("post", f"/{made['id']}/time", {"amount": amount, "unit": "hour"}, status=201)
    entries = office.ask("get", f"/{made['id']}/time?limit=1")
    assert entries["next"] is not None
    assert office.ask("get", f"/{made['id']}")["spent"] == {"hour": 0.3}
    entry = entries["results"][0]
    assert entry["member"] == str(office.member.person_id)
    left = office.ask("delete", f"/{made['id']}/time/{entry['id']}")
    assert left["spent"] == {"hour": 0.2}
    office.ask("delete", f"/{made['id']}/time/{entry['id']}", status=404)


def test_programs_see_what_their_scopes_let_them(office: Office) -> None:
    office.publish("ticket_type", "damage", {"name": "Damage", "form": FORM})
    made = office.open(type="damage", text="Call Lei", fields={"order": "4711", "amount": 5})
    office.ask("post", f"/{made['id']}/comments", {"text": "He is angry", "among_staff": True}, status=201)
    seeing = office.program("tickets.view", "conversations.view")
    shown = office.ask("get", f"/{made['id']}", client=seeing)
    assert (shown["title"], shown["text"], shown["fields"]) == (None, None, {"order": "4711", "amount": None})
    assert office.ask("get", f"/{made['id']}/comments", client=seeing)["results"] == []
    assert office.ask("get", "?q=lei", client=seeing, status=403)["code"] == "personal_filter"
    office.ask("post", "", {"title": "x"}, client=seeing, status=403)
    feed = seeing.get("/api/v1/events").json()["results"]
    assert [event["kind"] for event in feed if event["kind"].startswith("ticket.")] == ["ticket.opened.v1"]
    whole = office.program("tickets.view", "conversations.view", "notes:read", "personal:read", "tickets.handle")
    assert "ticket.noted.v1" in {event["kind"] for event in whole.get("/api/v1/events").json()["results"]}
    robots = office.ask("post", "", {"title": "By a program"}, client=whole, status=201)
    assert robots["watchers"] == []
    blind = office.program("conversations.view", "notes:read")
    assert [e for e in blind.get("/api/v1/events").json()["results"] if e["kind"].startswith("ticket.")] == []


def test_erasing_a_contact_empties_their_tickets(office: Office) -> None:
    office.publish("ticket_type", "damage", {"name": "Damage", "form": FORM})
    guest = office.shop.welcome(text="hi")
    said = {"title": "Lei's parcel", "text": "Lei called", "fields": {"order": "Lei 1"}}
    made = office.open(contact=str(guest.actor.id), type="damage", **said)
    office.ask("post", f"/{made['id']}/checklist", {"text": "Call Lei"}, status=201)
    office.ask("post", f"/{made['id']}/comments", {"text": "Dear Lei"}, status=201)
    office.ask("post", f"/{made['id']}/time", {"amount": 1, "text": "with Lei"}, status=201)
    with tenant_context(office.shop.tenant):
        for _ in range(2):
            erase_contact(contact=guest.actor.id, actor=SYSTEM, now=datetime.now(UTC))
        assert office.kinds(made).count("contact_erased") == 1
        row = TicketRow.objects.get()
        everything = json.dumps([e.body for e in office.log(made)]) + str(TicketRow.objects.values())
        assert "Lei" not in everything
        assert projections.as_ticket(row=row) == tell(office.log(made))
    assert office.ask("get", "?q=lei")["results"] == []
    refused = office.ask("post", "", {"title": "x", "contact": str(guest.actor.id)}, status=409)
    assert refused["code"] == "contact_gone"


def test_what_somebody_had_who_left_is_nobodys(office: Office) -> None:
    me = office.member.person_id
    had, done = office.open(owner=str(me)), office.open(owner=str(me), status="solved")
    with tenant_context(office.shop.tenant):
        assert release(member=me, now=datetime.now(UTC)) == 1
    assert office.ask("get", f"/{had['id']}")["owner"] is None
    assert office.ask("get", f"/{done['id']}")["owner"] == str(me)


def test_what_somebody_had_who_is_another_person_is_theirs(office: Office) -> None:
    had, other = office.open(owner=str(office.member.person_id)), office.make_member(office.shop.tenant, name="Bea")
    with tenant_context(office.shop.tenant):
        assert hand_over(gone=office.member.person_id, to=other.person_id, name="Bea", now=datetime.now(UTC)) == 1
    assert office.ask("get", f"/{had['id']}")["owner"] == str(other.person_id)


@pytest.mark.parametrize("field", ["owner", "team", "parent", "type"])
def test_what_is_not_there(office: Office, field: str) -> None:
    value = "nothing" if field in {"team", "type"} else str(UUID(int=7))
    refused = office.ask("post", "", {"title": "x", field: value}, status=422)
    assert [(error["field"], error["code"]) for error in refused["errors"]] == [(field, "not_found")]


def test_a_viewer_looks_and_does_nothing(office: Office) -> None:
    made = office.open()
    viewer = office.browser_of("viewer")
    assert office.ask("get", f"/{made['id']}", client=viewer)["id"] == made["id"]
    for method, path, body in (("patch", "", {"title": "x"}), ("post", "/comments", {"text": "x"})):
        office.ask(method, f"/{made['id']}{path}", body, client=viewer, status=403)
    with tenant_context(office.shop.tenant):
        assert log.get_position() == len(office.shop.read_all())


def test_whoever_watches_may_stop(office: Office) -> None:
    made, me = office.open(), office.member.person_id
    path = f"/{made['id']}/watchers/{me}"
    assert office.ask("put", path, {})["watchers"] == [str(me)]
    assert office.ask("delete", path)["watchers"] == []
    assert office.ask("delete", path)["watchers"] == []
    assert office.kinds(made)[-2:] == ["watched", "unwatched"]
