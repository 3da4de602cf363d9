"""Rules that follow events at once, on a database: in their order, each once, named on the log, never in a circle."""

from threading import Barrier, Thread
from typing import Any, Final

import pytest
from django.db import connection

from conversations.automation import performing
from conversations.automation.reactions import READERS
from conversations.automation.rule.actions import PutTags
from conversations.engine.readers import run_readers
from conversations.threads.commands import post_message, prioritize, resolve
from tenants.context import tenant_context
from tests.apps.automation.works import Works

URGENT: Final = {"do": "set_priority", "priority": "urgent"}


def tag(*words: str) -> dict[str, Any]:
    return {"do": "tag", "add": list(words)}


def asks(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op} if value is None else {"field": field, "op": op, "value": value}


def test_what_it_does_is_on_the_log_under_its_version(works: Works) -> None:
    version = works.rule(
        "refunds", "message.received", tag("money"), URGENT, if_=asks("event.text", "contains", "REFUND")
    )
    guest, other = works.come("A refund, please"), works.come("Hello")
    works.look()
    assert works.state(guest).tags == ("money",)
    assert works.state(guest).priority == "urgent"
    (said,) = works.log(guest.conversation, "posted")
    done = works.log(guest.conversation, "tagged", "prioritized")
    assert [event.sender for event in done] == [version, version]
    assert [event.client_id for event in done] == [f"rule:{said.position}.0.0", f"rule:{said.position}.1.0"]
    assert works.state(other).tags == ()
    works.look()
    assert len(works.log(guest.conversation, "tagged", "prioritized")) == 2


def test_what_was_before_a_rule_was_published_sets_nothing_off(works: Works) -> None:
    works.look()
    guest = works.come()
    works.look()
    works.rule("all", "message.received", tag("late"))
    works.look()
    assert works.state(guest).tags == ()


def test_rules_come_in_their_order_and_see_what_was_done_before_them(works: Works) -> None:
    seen = asks("conversation.tags", "contains", "first")
    works.rule("b", "message.received", tag("first"), order=1)
    works.rule("a", "message.received", tag("second"), order=2, if_=seen, stop=True)
    works.rule("c", "message.received", tag("third"), order=3)
    guest = works.come()
    works.look()
    assert works.state(guest).tags == ("first", "second")


def test_one_that_is_off_or_retired_does_nothing(works: Works) -> None:
    works.rule("off", "message.received", tag("off"), on=False)
    works.rule("gone", "message.received", tag("gone"))
    works.rule("on", "message.received", tag("on"))
    works.retire("gone")
    guest = works.come()
    works.look()
    assert works.state(guest).tags == ("on",)


def test_nested_conditions_on_the_conversation_and_its_contact(works: Works) -> None:
    works.publish("contact_attribute", "tier", {"name": "Tier", "type": "text"})
    condition = {
        "all": [
            asks("conversation.status", "is", "open"),
            {"any": [asks("contact.attributes.tier", "is", "gold"), asks("conversation.priority", "at_least", "high")]},
        ]
    }
    works.rule("vip", "message.received", tag("vip"), if_=condition)
    guest, other = works.come(), works.come()
    with tenant_context(works.tenant):
        prioritize(conversation=other.conversation, actor=works.actor, priority="high", now=works.now)
    works.look()
    assert works.state(guest).tags == ()
    assert works.state(other).tags == ("vip",)
    contact = f"/api/v1/contacts/{guest.actor.id}"
    answer = works.browser.patch(contact, {"attributes": {"tier": "Gold"}}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    works.shop.say(guest.conversation, guest.actor, "And now?")
    works.look()
    assert works.state(guest).tags == ("vip",)


def test_a_circle_is_cut_and_told(works: Works) -> None:
    high, low = {"do": "set_priority", "priority": "high"}, {"do": "set_priority", "priority": "low"}
    works.rule("ping", "conversation.prioritized", high, if_=asks("event.priority", "is", "low"))
    works.rule("pong", "conversation.prioritized", low, if_=asks("event.priority", "is", "high"))
    guest = works.come()
    with tenant_context(works.tenant):
        prioritize(conversation=guest.conversation, actor=works.actor, priority="low", now=works.now)
    works.look()
    assert [e.body["priority"] for e in works.log(guest.conversation, "prioritized")] == ["low", "high", "low"]
    (cut,) = works.told("cut")
    assert (cut.body["rule"], cut.body["why"], cut.body["chain"]) == ("ping", "circle", ["ping", "pong"])
    assert cut.body["id"] == str(guest.conversation)
    works.look()
    assert len(works.told("cut")) == 1


def test_a_chain_ends_after_eight(works: Works) -> None:
    for n in range(12):
        works.rule(f"r{n}", "conversation.tagged", tag(f"t{n + 1}"), if_=asks("event.added", "contains", f"t{n}"))
    works.rule("start", "message.received", tag("t0"))
    guest = works.come()
    works.look()
    (cut,) = works.told("cut")
    assert (cut.body["why"], len(cut.body["chain"])) == ("depth", 8)
    assert len(works.state(guest).tags) == 8


def test_what_comes_too_often_is_cut(works: Works) -> None:
    works.rule("note", "message.received", {"do": "note", "text": "Again"})
    guest = works.come()
    for _ in range(11):
        works.shop.say(guest.conversation, guest.actor, "Hello?")
    works.look()
    assert len(works.log(guest.conversation, "posted")) == 12 + 10
    assert [cut.body["why"] for cut in works.told("cut")] == ["often", "often"]


def test_what_is_refused_is_told_and_stops_nothing(works: Works) -> None:
    works.rule("close", "message.received", {"do": "resolve"}, {"do": "snooze"}, tag("closed"))
    guest = works.come()
    works.look()
    assert works.state(guest).status == "resolved"
    assert works.state(guest).tags == ("closed",)
    (refused,) = works.told("refused")
    assert (refused.body["action"], refused.body["step"], refused.body["code"]) == ("snooze", 1, "closed")


def test_everything_that_can_be_done_about_a_conversation(works: Works) -> None:
    member = str(works.member.person_id)
    works.publish("queue", "help", {"name": "Help", "members": [member]})
    works.publish("team", "money", {"name": "Money", "members": [{"member": member}]})
    works.rule(
        "all",
        "message.received",
        {"do": "reply", "text": "We look at it", "signed": "Shop"},
        {"do": "note", "text": "Look", "tells": [member]},
        {"do": "open_ticket", "title": "Parcel", "priority": "high", "team": "money"},
        {"do": "signal", "name": "parcel"},
        {"do": "hand_on", "queue": "help", "words": "Yours"},
        {"do": "assign", "member": member},
        {"do": "snooze", "for_s": 3600},
        {"do": "resolve"},
        {"do": "reopen"},
    )
    guest = works.come()
    works.look()
    assert works.told("refused") == []
    said = [e for e in works.log(guest.conversation, "posted") if e.sender != guest.actor.id]
    assert [(e.kind, e.body["name"], e.body["text"]) for e in said] == [
        ("message.posted.v1", "Shop", "We look at it"),
        ("note.posted.v1", "all", "Look"),
    ]
    assert said[1].body["mentions"] == [member]
    (signal,) = works.told("signalled")
    assert (signal.body["name"], signal.body["rule"]) == ("parcel", "all")
    opened = [e for e in works.shop.read_all() if e.kind == "ticket.opened.v1"]
    ticket = works.ticket(opened[0].stream)
    assert (ticket.title, ticket.priority, ticket.team) == ("Parcel", "high", "money")
    assert ticket.conversations == [guest.conversation]
    kinds = [e.kind.split(".")[1] for e in works.shop.read(guest.conversation)]
    for kind in ("queued", "assigned", "snoozed", "woken", "resolved", "reopened"):
        assert kind in kinds
    assert works.browser.get("/api/v1/me/mentions").json()["unread"] == 1


def test_everything_that_can_be_done_about_a_ticket(works: Works) -> None:
    member = str(works.member.person_id)
    works.publish("team", "money", {"name": "Money", "members": [{"member": member}]})
    form = {"properties": {"order": {"type": "string"}}}
    statuses = [{"key": "new", "name": "New", "category": "new"}, {"key": "done", "name": "Done", "category": "solved"}]
    works.publish("ticket_type", "general", {"name": "G", "form": form, "statuses": statuses})
    version = works.rule(
        "all",
        "ticket.opened",
        URGENT,
        {"do": "assign", "member": member},
        {"do": "hand_on", "team": "money"},
        {"do": "set_field", "field": "order", "value": "A-1"},
        {"do": "reply", "text": "We look at it", "signed": "Shop"},
        {"do": "note", "text": "Look", "tells": [member]},
        {"do": "signal", "name": "parcel"},
        {"do": "set_status", "status": "done"},
        if_=asks("ticket.title", "starts_with", "par"),
    )
    ticket = works.open()
    works.look()
    assert works.told("refused") == []
    row = works.ticket(ticket)
    assert (row.priority, row.owner, row.team, row.status) == ("urgent", works.member.person_id, "money", "done")
    assert (row.fields, row.watchers) == ({"order": "A-1"}, [works.member.person_id])
    assert {e.sender for e in works.shop.read(ticket)[1:]} == {version}


def test_a_rules_own_words_answer_no_promise_and_no_question(works: Works) -> None:
    body = {"name": "P", "targets": {"first_reply": {"usual": 30}}}
    works.publish("sla_policy", "p", body)
    works.rule("hello", "ticket.opened", {"do": "reply", "text": "We look at it", "signed": "Shop"})
    ticket = works.open()
    works.look()
    assert works.log(ticket, "commented")
    assert works.log(ticket, "promise_kept") == []


def test_once_whoever_looks_at_the_same_time(works: Works) -> None:
    works.rule("note", "message.received", {"do": "note", "text": "Again"})
    guests = [works.come() for _ in range(5)]
    together = Barrier(4)

    def run() -> None:
        together.wait()
        try:
            with tenant_context(works.tenant):
                for _ in range(20):
                    run_readers(readers=READERS, now=works.now)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    works.look()
    for guest in guests:
        assert len([e for e in works.log(guest.conversation, "posted") if e.kind == "note.posted.v1"]) == 1


def test_who_dies_in_the_middle_has_done_nothing(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    works.rule("both", "message.received", URGENT, tag("late"))
    guest = works.come()

    def die(*_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setitem(performing._DOERS, PutTags, die)
        with pytest.raises(SystemExit):
            works.look()
    assert works.state(guest).priority == "none"
    works.look()
    assert (works.state(guest).priority, works.state(guest).tags) == ("urgent", ("late",))


def test_people_and_rules_at_the_same_time_end(works: Works) -> None:
    works.rule("both", "message.received", URGENT, tag("late"), {"do": "resolve"}, {"do": "reopen"})
    guest = works.come()
    together = Barrier(2)

    def talk() -> None:
        together.wait()
        try:
            with tenant_context(works.tenant):
                for n in range(15):
                    post_message(
                        conversation=guest.conversation, actor=guest.actor, text="?", client_id=f"m{n}", now=works.now
                    )
                    resolve(conversation=guest.conversation, actor=works.actor, now=works.now)
        finally:
            connection.close()

    thread = Thread(target=talk)
    thread.start()
    together.wait()
    for _ in range(10):
        works.look()
    thread.join()
    works.look()
    assert works.told("refused") == []
