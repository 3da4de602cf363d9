"""Macros on a database: all of one or nothing, by whoever applies it, with what they may do."""

from typing import Any, Final
from uuid import UUID

from django.test import Client

from conversations.threads.commands import take
from tenants.context import tenant_context
from tests.apps.automation.works import JSON, Works

REPLY: Final = {"do": "reply", "text": "We look at it", "signed": "Shop"}


def apply(client: Client, path: str, macro: str, *, status: int = 200, key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    answer = client.post(f"/api/v1/{path}/macro", {"macro": macro}, content_type=JSON, headers=headers)
    assert answer.status_code == status, answer.content
    return answer.json()


def macro(works: Works, *actions: dict[str, Any], about: str = "conversation") -> None:
    works.publish("macro", "m", {"name": "M", "about": about, "actions": list(actions)})


def test_all_of_it_is_done_in_ones_own_name_and_told_on_the_log(works: Works) -> None:
    macro(works, REPLY, {"do": "tag", "add": ["seen"]}, {"do": "resolve"})
    guest = works.come()
    assert apply(works.browser, f"conversations/{guest.conversation}", "m") == {"macro": "m"}
    state = works.state(guest)
    assert (state.tags, state.status) == (("seen",), "resolved")
    done = works.shop.read(guest.conversation)[2:]
    assert {event.sender for event in done} == {works.member.person_id}
    assert all((event.client_id or "").startswith("macro:m/1:") for event in done)
    assert done[0].body["name"] == works.member.name, "people say it themselves"


def test_what_a_person_says_by_a_macro_is_an_answer(works: Works) -> None:
    macro(works, REPLY)
    when = {"after_s": 60, "unless": ["message.sent"]}
    works.rule("slow", "message.received", {"do": "tag", "add": ["slow"]}, when=when)
    guest = works.come()
    apply(works.browser, f"conversations/{guest.conversation}", "m")
    works.pass_(3600)
    assert works.state(guest).tags == ()


def test_nothing_is_done_where_one_step_is_refused(works: Works) -> None:
    macro(works, {"do": "tag", "add": ["seen"]}, {"do": "snooze"})
    guest = works.come()
    refused = apply(works.browser, f"conversations/{guest.conversation}", "m", status=409)
    assert (refused["code"], refused["errors"][0]["field"]) == ("macro_refused", "actions.1")
    assert refused["errors"][0]["code"] == "not_taken"
    assert works.state(guest).tags == ()
    with tenant_context(works.tenant):
        take(conversation=guest.conversation, actor=works.actor, now=works.now)
    apply(works.browser, f"conversations/{guest.conversation}", "m")
    assert works.state(guest).tags == ("seen",)


def test_nobody_does_by_a_macro_what_they_may_not_do(works: Works) -> None:
    macro(works, {"do": "assign", "member": str(works.owner.person_id)})
    guest = works.come()
    refused = apply(works.browser, f"conversations/{guest.conversation}", "m", status=409)
    assert refused["errors"][0]["code"] == "not_allowed"
    apply(works.boss, f"conversations/{guest.conversation}", "m")
    assert works.state(guest).assignee == works.owner.person_id
    viewer = works.client_for(works.tenant, works.make_member(works.tenant, role="viewer"))
    assert apply(viewer, f"conversations/{guest.conversation}", "m", status=409)["code"] == "macro_refused"


def test_a_ticket(works: Works) -> None:
    macro(works, {"do": "set_status", "status": "solved"}, REPLY, about="ticket")
    ticket = works.open()
    apply(works.browser, f"tickets/{ticket}", "m")
    assert works.ticket(ticket).status == "solved"
    guest = works.come()
    assert (
        apply(works.browser, f"conversations/{guest.conversation}", "m", status=422)["errors"][0]["code"]
        == "not_for_this"
    )
    viewer = works.client_for(works.tenant, works.make_member(works.tenant, role="viewer"))
    apply(viewer, f"tickets/{ticket}", "m", status=403)


def test_what_is_not_there(works: Works) -> None:
    guest = works.come()
    apply(works.browser, f"conversations/{guest.conversation}", "none", status=404)
    macro(works, REPLY)
    apply(works.browser, f"conversations/{UUID(int=8)}", "m", status=404)
    apply(works.browser, f"tickets/{UUID(int=8)}", "m", status=422)


def test_the_same_request_twice_is_one(works: Works) -> None:
    macro(works, REPLY)
    guest = works.come()
    for _ in range(2):
        apply(works.browser, f"conversations/{guest.conversation}", "m", key="one")
    assert len(works.log(guest.conversation, "posted")) == 2
