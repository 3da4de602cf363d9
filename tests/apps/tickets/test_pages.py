"""The pages of tickets by their forms: what they do, what they refuse and keep, and what is shown to whom."""

from typing import Any, Final

import pytest
from django.test import Client

from tests.apps.tickets.office import Office
from tests.conftest import ClientFor, MakeMember

TYPE: Final = {
    "name": "Return",
    "form": {
        "properties": {
            "order": {"type": "string", "title": "Order", "minLength": 4},
            "pieces": {"type": "integer", "title": "Pieces"},
            "open": {"type": "boolean", "title": "Opened"},
            "parts": {"type": "array", "items": {"type": "string", "enum": ["lid", "box"]}},
        },
        "required": ["order"],
    },
}


@pytest.fixture
def page(office: Office) -> Client:
    return office.browser


def post(page: Client, path: str, **form: Any) -> Any:
    return page.post(path, form)


def opened(page: Client, **form: Any) -> str:
    answer = post(page, "/tickets/new", **{"title": "Parcel", **form})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def now(office: Office, path: str) -> Any:
    return office.ask("get", f"/{path.rpartition('/')[2]}")


def text(page: Client, path: str, **query: str) -> str:
    answer = page.get(path, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_form_of_a_type_is_asked_and_kept_when_it_is_refused(office: Office, page: Client) -> None:
    office.publish("ticket_type", "return", TYPE)
    assert "Pieces" in text(page, "/tickets/new", type="return")
    refused = post(page, "/tickets/new", type="return", title="Back", **{"field.order": "1", "field.pieces": "two"})
    assert refused.status_code == 422
    for kept in ('value="Back"', 'value="1"', 'value="two"'):
        assert kept in refused.content.decode()
    form = {"field.order": "4711", "field.pieces": "2", "field.open": "no", "field.parts": ["lid", "box"]}
    ticket = now(office, opened(page, type="return", **form))
    assert ticket["fields"] == {"order": "4711", "pieces": 2, "open": False, "parts": ["lid", "box"]}


def test_what_a_colleague_changed_meanwhile_is_not_undone(office: Office, page: Client) -> None:
    path = opened(page)
    office.change(now(office, path), priority="urgent")
    place = {"was_status": "new", "status": "open", "was_priority": "none", "priority": "none"}
    assert post(page, path, do="place", **place).status_code == 302
    assert (now(office, path)["status"], now(office, path)["priority"]) == ("open", "urgent")
    described = post(page, path, do="describe", state="0.0", title="Other", text="words")
    assert described.status_code == 409
    assert 'value="Other"' in described.content.decode()
    assert now(office, path)["title"] == "Parcel"


def test_what_belongs_together_is_named_by_numbers(office: Office, page: Client) -> None:
    first, second = opened(page, title="First"), opened(page, title="Second")
    number = str(now(office, first)["number"])
    assert post(page, second, do="link", how="blocks", other=number.lower()).status_code == 302
    assert post(page, second, do="parent", parent=number).status_code == 302
    assert "Second" in text(page, first)
    for wrong in ("", "X-1", "nothing", "X-99999999999999999999", "\x00-1"):
        assert post(page, second, do="merge", into=wrong).status_code == 422, wrong
    assert post(page, second, do="parent", parent="").status_code == 302
    assert post(page, second, do="merge", into=number).status_code == 302
    assert "It goes on in" in text(page, second)
    assert post(page, second, do="say", to="staff", text="too late", id="1").status_code == 409


@pytest.mark.parametrize("amount", ["", "0", "-1", "nan", "inf", "much"])
def test_time_is_a_number(page: Client, amount: str) -> None:
    assert post(page, opened(page), do="time", amount=amount, unit="minute").status_code == 422


def test_unknown_acts_and_ids_are_not_there(page: Client) -> None:
    path = opened(page)
    for form in ({"do": "explode"}, {"do": "item", "item": "x"}, {"do": "unlink", "other": ""}):
        assert post(page, path, **form).status_code == 404, form
    assert page.get("/tickets/01a21dd4-e24a-77a5-b604-4b65cf1603b6").status_code == 404


def test_the_list_by_views_and_words(office: Office, page: Client) -> None:
    mine = opened(page, title="Mine to do")
    post(page, mine, do="place", was_owner="", owner=str(office.member.person_id))
    opened(page, title="Nobody's yet")
    assert ("Mine to do" in text(page, "/tickets", view="mine"), "yet" in text(page, "/tickets", view="mine")) == (1, 0)
    assert "Mine to do" not in text(page, "/tickets", view="unowned")
    assert "Mine to do" in text(page, "/tickets", q="mine do")
    assert "Nothing fits." in text(page, "/tickets", q="elephant")
    for odd in ({"view": "moon"}, {"cursor": "x"}, {"limit": "0"}, {"q": "\x00"}, {"category": "odd"}):
        text(page, "/tickets", **odd)
    before = page.get("/tickets/news").json()
    assert page.get("/tickets/news").json() == before
    post(page, mine, do="add_item", text="Call")
    assert page.get("/tickets/news").json() != before


def test_who_may_see_and_who_may_act(
    office: Office, page: Client, client_for: ClientFor, make_member: MakeMember
) -> None:
    path = opened(page, title="Secret words")
    given = {"key": "reader", "name": "Reader", "permissions": ["tickets.view", "contacts.personal"]}
    assert office.boss.post("/api/v1/roles", given, content_type="application/json").status_code == 201
    helper = make_member(office.shop.tenant)
    office.boss.patch(f"/api/v1/members/{helper.person_id}", {"role": "reader"}, content_type="application/json")
    reader = client_for(office.shop.tenant, helper)
    assert "Secret words" in text(reader, path)
    assert "New ticket" not in text(reader, "/tickets")
    assert post(reader, path, do="add_item", text="x").status_code == 403
    assert reader.get("/tickets/new").status_code == 403
    assert client_for(office.shop.tenant).get(path).status_code == 302
