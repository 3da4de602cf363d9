"""Customers' own tickets over REST: by a visitor's token all of theirs, by a ticket's link that one."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.apps.tickets.office import JSON, Office
from tests.conftest import ClientFor
from tests.rules.test_files import PNG
from tests.shop import Guest

OWN = "/api/v1/visitors/tickets"


class Visitor:
    """A visitor's program."""

    def __init__(self, office: Office, client: Client, **headers: str) -> None:
        self.client = client
        self.guest: Guest = office.shop.welcome(text="hi")
        client.defaults["HTTP_AUTHORIZATION"] = headers.get("authorization") or self.guest.headers["authorization"]

    def ask(self, method: str, path: str = "", body: Any = None, *, status: int = 200) -> Any:
        said = {} if body is None else {"data": body, "content_type": JSON}
        answer = getattr(self.client, method)(f"{OWN}{path}", **said)
        assert answer.status_code == status, answer.content
        return answer.json()


@pytest.fixture
def visitor(office: Office, client_for: ClientFor) -> Visitor:
    return Visitor(office, client_for(office.shop.tenant))


def test_they_open_one_and_see_their_own(office: Office, visitor: Visitor, client_for: ClientFor) -> None:
    mine = visitor.ask("post", body={"title": "Came open", "text": "Half is gone"}, status=201)
    assert (mine["category"], mine["may_answer"], mine["lines"]) == ("new", True, [])
    seen = office.ask("get", f"/{mine['id']}")
    assert (seen["contact"], seen["watchers"]) == (str(visitor.guest.actor.id), [])
    (brief,) = visitor.ask("get")["results"]
    assert (brief["id"], brief["number"], brief["status"]) == (mine["id"], seen["number"], "New")
    stranger = Visitor(office, client_for(office.shop.tenant))
    assert stranger.ask("get")["results"] == []
    assert stranger.ask("get", f"/{mine['id']}", status=404) == stranger.ask("get", f"/{UUID(int=4)}", status=404)
    for act in ("confirm", "reopen", "escalate"):
        stranger.ask("post", f"/{mine['id']}/{act}", {}, status=404)
    stranger.ask("post", f"/{mine['id']}/comments", {"text": "x"}, status=404)


def test_they_see_nothing_of_the_colleagues(office: Office, visitor: Visitor) -> None:
    mine = visitor.ask("post", body={"title": "Came open"}, status=201)
    path = f"/{mine['id']}"
    office.change(mine, owner=str(office.member.person_id), priority="urgent")
    office.ask("post", f"{path}/comments", {"text": "Secret doubts", "among_staff": True}, status=201)
    office.ask("post", f"{path}/comments", {"text": "We look"}, status=201)
    seen = visitor.ask("get", path)
    assert [(line["text"], line["name"], line["own"]) for line in seen["lines"]] == [("We look", "", False)]
    for hidden in ("Secret", "urgent", office.member.name, str(office.member.person_id)):
        assert hidden not in str(seen)


def test_they_do_all_that_the_page_does(office: Office, visitor: Visitor) -> None:
    mine = visitor.ask("post", body={"title": "Came open"}, status=201)
    path = f"/{mine['id']}"
    said = visitor.ask("post", f"{path}/comments", {"id": "one", "text": "Blue"}, status=201)
    assert visitor.ask("post", f"{path}/comments", {"id": "one", "text": "Blue"}, status=201) == said
    added = visitor.client.post(
        f"{OWN}{path}/files?name=a.png&id=f", PNG, content_type="application/octet-stream"
    ).json()
    (file,) = [line["file"] for line in added["lines"] if line["file"]]
    assert visitor.client.get("/files/" + file["url"].rpartition("/")[2]).content == PNG
    assert visitor.ask("post", f"{path}/escalate", {})["may_escalate"] is False
    assert visitor.ask("post", f"{path}/escalate", {}, status=409)["code"] == "escalated_lately"
    assert visitor.ask("post", f"{path}/confirm", {}, status=409)["code"] == "not_solved"
    office.change(mine, status="solved")
    assert visitor.ask("get", path)["may_reopen"] is True
    assert visitor.ask("post", f"{path}/reopen", {})["category"] == "open"
    office.change(mine, status="solved")
    assert visitor.ask("post", f"{path}/confirm", {})["category"] == "closed"
    assert visitor.ask("post", f"{path}/comments", {"text": "x"}, status=409)["code"] == "closed"


def test_a_link_lets_in_to_its_ticket_alone(office: Office, visitor: Visitor, client_for: ClientFor) -> None:
    mine = [visitor.ask("post", body={"title": title}, status=201) for title in ("One", "Two")]
    url = office.ask("post", f"/{mine[0]['id']}/link", {})["url"]
    token = url.rpartition("/")[2]
    holder = Visitor(office, client_for(office.shop.tenant), authorization=f"Link {token}")
    assert [each["id"] for each in holder.ask("get")["results"]] == [mine[0]["id"]]
    assert holder.ask("post", f"/{mine[0]['id']}/comments", {"text": "Hi"}, status=201)["lines"][0]["own"] is True
    holder.ask("get", f"/{mine[1]['id']}", status=404)
    holder.ask("post", body={"title": "Three"}, status=403)
    wrong = Visitor(office, client_for(office.shop.tenant), authorization=f"Link {token}x")
    wrong.ask("get", status=401)


def test_only_what_customers_may_open(office: Office, visitor: Visitor) -> None:
    office.publish("ticket_type", "audit", {"name": "Audit"})
    office.publish("ticket_type", "return", {"name": "Return", "customers_open": True})
    assert visitor.ask("post", body={"title": "T", "type": "audit"}, status=422)["errors"][0]["field"] == "type"
    assert visitor.ask("post", body={"title": "T", "type": "return"}, status=201)["category"] == "new"


def test_so_much_a_minute(visitor: Visitor) -> None:
    mine = visitor.ask("post", body={"title": "T"}, status=201)
    for n in range(20):
        visitor.ask("post", f"/{mine['id']}/comments", {"id": str(n), "text": "Hi"}, status=201)
    refused = visitor.ask("post", f"/{mine['id']}/comments", {"text": "Hi"}, status=429)
    assert refused["code"] == "too_many_tries"
