"""From one company to another: a ticket in a form, for thirty seconds, one use, one host, and one session."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.switching import tickets
from tenants.models import Membership, Person
from tests.conftest import ClientFor, MakeMember, MakeTenant


class Traveller:
    """Somebody in two companies, at the door of the first."""

    def __init__(self, here: TenantRef, there: TenantRef, member: Member, client: Client) -> None:
        self.here, self.there, self.member, self.client = here, there, member, client
        self.origin = f"http://{here.slug}.localhost"

    def page(self, to: TenantRef | None = None) -> Any:
        return self.client.post("/switch-to", {"tenant": str((to or self.there).id)})

    def ticket(self) -> str:
        (found,) = re.findall(r'name="ticket" value="([^"]+)"', self.page().content.decode())
        return str(found)

    def arrive(self, client: Client, ticket: str, *, origin: str | None = None) -> int:
        headers = {"origin": self.origin if origin is None else origin}
        return client.post("/switch", {"ticket": ticket}, headers=headers).status_code


@pytest.fixture
def traveller(make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor) -> Traveller:
    here, there = make_tenant(name="Here"), make_tenant(name="There")
    member = make_member(here)
    make_member(there, email=member.email, role="viewer")
    return Traveller(here, there, member, client_for(here, member))


def test_companies_are_listed_to_who_is_proved(traveller: Traveller) -> None:
    rows = traveller.client.get("/api/v1/me/tenants").json()["results"]
    assert [(row["name"], row["role"], row["is_current"]) for row in rows] == [
        ("Here", "agent", True),
        ("There", "viewer", False),
    ]
    assert rows[1]["url"] == f"http://{traveller.there.slug}.localhost"
    with platform_context():
        Person.objects.filter(id=traveller.member.person_id).update(verified_at=None)
    rows = traveller.client.get("/api/v1/me/tenants").json()["results"]
    assert [row["name"] for row in rows] == ["Here"]


def test_a_cursor_of_ones_own_list_is_good_in_one_company(traveller: Traveller, client_for: ClientFor) -> None:
    path = "/api/v1/me/tenants"
    (cursor,) = parse_qs(urlsplit(traveller.client.get(path, {"limit": 1}).json()["next"]).query)["cursor"]
    there = client_for(traveller.there, traveller.member)
    assert traveller.client.get(path, {"cursor": cursor}).status_code == 200
    answers = [there.get(path, {"cursor": text}) for text in (cursor, cursor[:-4] + "AAAA")]
    assert answers[0].status_code == 422
    assert answers[0].content == answers[1].content


def test_the_way_over(traveller: Traveller, client_for: ClientFor) -> None:
    page = traveller.page()
    policy = page.headers["Content-Security-Policy"]
    assert f"form-action http://{traveller.there.slug}.localhost;" in policy
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"].startswith("max-age=0") or "no-store" in page.headers["Cache-Control"]
    there = client_for(traveller.there)
    assert traveller.arrive(there, traveller.ticket()) == 302
    assert there.get("/api/v1/me").json()["role"] == "viewer"
    assert traveller.client.get("/api/v1/me").status_code == 200, "the session here goes on"


def test_a_ticket_opens_once_and_one_door(
    traveller: Traveller, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    third = make_tenant()
    make_member(third, email=traveller.member.email)
    ticket = traveller.ticket()
    assert traveller.arrive(client_for(third), ticket) == 403
    assert traveller.arrive(client_for(traveller.there), ticket, origin="https://evil.example") == 403
    assert traveller.arrive(client_for(traveller.there), ticket, origin=f"http://{third.slug}.localhost") == 403
    assert traveller.arrive(client_for(traveller.there), ticket, origin="null") == 403
    assert traveller.arrive(client_for(traveller.there), ticket + "x") == 403
    assert traveller.arrive(client_for(traveller.there), ticket) == 302
    assert traveller.arrive(client_for(traveller.there), ticket) == 403


@pytest.mark.parametrize("what", ["session", "password", "membership", "person", "age"])
def test_a_ticket_is_worth_what_it_stands_on(
    traveller: Traveller, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    ticket = traveller.ticket()
    with platform_context():
        people = Person.objects.filter(id=traveller.member.person_id)
        match what:
            case "session":
                traveller.client.post("/sign-out")
            case "password":
                people.update(password="argon2$other")
            case "membership":
                Membership.objects.filter(tenant=traveller.there.id, person__in=people).update(is_active=False)
            case "person":
                people.update(is_active=False)
            case "age":
                monkeypatch.setattr(tickets, "LASTS_S", -1)
    assert traveller.arrive(client_for(traveller.there), ticket) in {401, 403}
    assert client_for(traveller.there).get("/api/v1/me").status_code == 401


def test_nobody_goes_where_they_are_no_member(traveller: Traveller, make_tenant: MakeTenant) -> None:
    assert traveller.page(to=make_tenant()).status_code == 404
    assert traveller.client.post("/switch-to", {"tenant": "nonsense"}).status_code == 404
