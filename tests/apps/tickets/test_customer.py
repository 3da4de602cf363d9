"""A ticket's page for its customer: by the link alone, of that ticket alone, and nothing of what colleagues say."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from conversations.threads.actors import SYSTEM
from conversations.threads.erasure import erase_contact
from conversations.tickets.customer.rules import choose_promise
from tenants.context import tenant_context
from tests.apps.tickets.hall import Hall
from tests.apps.tickets.office import Office
from tests.conftest import ClientFor
from tests.shop import Guest

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Customer:
    """Whoever has the link to a ticket, in a browser."""

    def __init__(self, office: Office, client: Client, **said: Any) -> None:
        self.office, self.client = office, client
        self.guest: Guest = office.shop.welcome(text="hi")
        self.ticket = office.open(contact=str(self.guest.actor.id), **said)
        url = office.ask("post", f"/{self.ticket['id']}/link", {})["url"]
        self.path = "/" + url.split("/", 3)[3]

    def look(self, *, language: str = "en") -> str:
        shown = self.client.get(self.path, headers={"Accept-Language": language})
        assert shown.status_code == 200, shown.content
        assert shown.headers["Cache-Control"] == "no-store"
        return str(shown.content.decode())

    def act(self, act: str, *, status: int = 302, **said: Any) -> str:
        answer = self.client.post(self.path, {"act": act, **said})
        assert answer.status_code == status, answer.content
        return str(answer.content.decode())

    def now(self) -> dict[str, Any]:
        shown: dict[str, Any] = self.office.ask("get", f"/{self.ticket['id']}")
        return shown

    def state(self) -> str:
        return str(self.client.get(f"{self.path}/news").json()["state"])


@pytest.fixture
def customer(office: Office, client_for: ClientFor) -> Customer:
    return Customer(office, client_for(office.shop.tenant), text="It came open")


def test_they_see_where_it_stands_and_nothing_of_the_colleagues(customer: Customer) -> None:
    office, path = customer.office, f"/{customer.ticket['id']}"
    office.publish("team", "parcels", {"name": "Parcel team"})
    limits = {"usual": 60}
    office.publish("sla_policy", "p", {"name": "P", "targets": {"first_reply": limits, "resolution": limits}})
    office.change(customer.ticket, team="parcels", owner=str(office.member.person_id), priority="urgent")
    office.ask("post", f"{path}/comments", {"text": "Secret doubts", "among_staff": True}, status=201)
    office.ask("post", f"{path}/checklist", {"text": "Call the carrier"}, status=201)
    page = customer.look()
    for seen in (customer.ticket["number"], "The parcel came open", "It came open", "Parcel team", "our answer by"):
        assert seen in page
    for hidden in ("Secret", "carrier", "urgent", office.member.name, str(office.member.person_id)):
        assert hidden not in page.replace(customer.path, "")
    assert "由谁处理" in customer.look(language="zh-CN")


def test_what_is_asked_of_them_is_answered_and_the_clock_runs_again(customer: Customer) -> None:
    office = customer.office
    before = customer.state()
    office.ask("post", f"/{customer.ticket['id']}/comments", {"text": "Which colour?"}, status=201)
    office.change(customer.ticket, status="pending")
    assert customer.state() != before
    page = customer.look()
    assert "We ask you:" in page
    assert office.member.name not in page
    for _ in range(2):
        customer.act("answer", text="Blue", id="1")
    assert [line.count("Blue") for line in [customer.look()]] == [1]
    assert customer.now()["category"] == "open"
    said = office.ask("get", f"/{customer.ticket['id']}/comments")["results"]
    assert [(each["author"], each["text"]) for each in said] == [("member", "Which colour?"), ("contact", "Blue")]


def test_they_confirm_or_take_it_up_again(customer: Customer) -> None:
    customer.act("confirm", status=409)
    customer.office.change(customer.ticket, status="solved")
    assert "It is settled" in customer.look()
    customer.act("reopen")
    assert customer.now()["category"] == "open"
    customer.office.change(customer.ticket, status="solved")
    customer.act("confirm")
    assert customer.now()["category"] == "closed"
    assert "<textarea" not in customer.look()
    customer.act("answer", status=409, text="One more thing")


def test_they_escalate_and_the_ladder_takes_its_next_step(hall: Hall, client_for: ClientFor) -> None:
    office = hall.office
    lead = office.make_member(office.shop.tenant, role="supervisor")
    told = [{"member": str(lead.person_id)}]
    office.publish("ticket_type", "slow", {"name": "Slow", "escalating": {"most": 2, "hours_apart": 0, "tells": told}})
    hall.promise()
    customer = Customer(office, client_for(office.shop.tenant), type="slow")
    ticket = UUID(customer.ticket["id"])
    assert 'value="escalate"' in customer.look()
    before = customer.state()
    customer.act("escalate")
    assert customer.state() != before
    assert "You wanted somebody else" in customer.look()
    hall.now = datetime.now(UTC)
    hall.look()
    assert [each.body["level"] for each in hall.log(ticket, "escalated")] == ["lead"], "half an hour before its time"
    customer.act("escalate")
    hall.now = datetime.now(UTC)
    hall.look()
    assert [each.body["level"] for each in hall.log(ticket, "escalated")] == ["lead", "boss"]
    assert [each.body["told"] for each in hall.log(ticket, "attention_asked")] == [[str(lead.person_id)]] * 2
    assert 'value="escalate"' not in customer.look()
    assert "as often as it can be told" in customer.act("escalate", status=409)


def test_they_do_not_escalate_twice_a_day_nor_what_is_settled(customer: Customer) -> None:
    customer.act("escalate")
    assert "a short while ago" in customer.act("escalate", status=409)
    customer.office.change(customer.ticket, status="solved")
    customer.act("escalate", status=409)
    assert customer.office.kinds(customer.ticket).count("customer_escalated") == 1


def test_what_was_settled_long_ago_is_not_taken_up_again(office: Office, client_for: ClientFor) -> None:
    office.publish("ticket_type", "brief", {"name": "Brief", "reopens_within_days": 0})
    customer = Customer(office, client_for(office.shop.tenant), type="brief")
    office.change(customer.ticket, status="solved")
    page = customer.look()
    assert "reopen" not in page
    assert "<textarea" not in page
    customer.act("reopen", status=409)
    assert "Still broken" in customer.act("answer", status=409, text="Still broken"), "what was typed is not lost"
    assert customer.now()["category"] == "solved"
    customer.act("confirm")


def test_a_lot_at_once_is_refused_and_kept(customer: Customer) -> None:
    for n in range(20):
        customer.act("answer", text="Hello", id=str(n))
    refused = customer.act("answer", status=429, text="And my last word", id="last")
    assert "And my last word" in refused
    assert "send it in a minute" in refused
    said = customer.office.ask("get", f"/{customer.ticket['id']}/comments")["results"]
    assert len(said) == 20


def test_names_are_shown_where_the_company_says_so(office: Office, client_for: ClientFor) -> None:
    office.publish("ticket_type", "open", {"name": "Open", "shows_names": True})
    customer = Customer(office, client_for(office.shop.tenant), type="open")
    office.ask("post", f"/{customer.ticket['id']}/comments", {"text": "Hello"}, status=201)
    assert office.member.name in customer.look()


def test_a_link_is_good_for_one_ticket_of_one_contact(customer: Customer) -> None:
    path = customer.path
    assert customer.client.get(path[:-3] + "AAA").status_code == 404
    assert customer.client.get("/t/nothing").status_code == 404
    internal = customer.office.open()
    refused = customer.office.ask("post", f"/{internal['id']}/link", {}, status=409)
    assert refused["code"] == "no_contact"
    viewer = customer.office.browser_of("viewer")
    customer.office.ask("post", f"/{customer.ticket['id']}/link", {}, client=viewer, status=403)
    with tenant_context(customer.office.shop.tenant):
        erase_contact(contact=customer.guest.actor.id, actor=SYSTEM, now=datetime.now(UTC))
    assert customer.client.get(path).status_code == 404
    assert customer.client.get(f"{path}/news").status_code == 404


def test_whoever_is_blocked_reads_and_says_nothing(customer: Customer) -> None:
    blocked = customer.office.boss.post(
        f"/api/v1/contacts/{customer.guest.actor.id}/block", {}, content_type="application/json"
    )
    assert blocked.status_code == 200, blocked.content
    customer.act("answer", status=403, text="But")
    assert "But" not in customer.look().partition("<textarea")[0]


def test_what_they_wait_for_is_the_next_that_is_promised() -> None:
    assert choose_promise(promises=[("resolution", LATER), ("first_reply", NOON)]) == ("first_reply", NOON)
    assert choose_promise(promises=[("resolution", NOON), ("update", None)]) == ("resolution", NOON)
    assert choose_promise(promises=[("resolution", None)]) is None
