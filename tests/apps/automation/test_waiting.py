"""Rules that follow after a time, on a database: unless something has happened by then, once, whoever dies."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import connection

from conversations.automation.models import RuleClock
from conversations.automation.reactions import READERS
from conversations.automation.waiting import find_forgotten_rules
from conversations.engine import timers
from conversations.engine.readers import run_readers
from conversations.threads.commands import resolve
from conversations.tickets.commands import changing
from conversations.tickets.rules.changing import Wanted
from tenants.context import platform_context, tenant_context
from tests.apps.automation.works import Works

MINUTE: Final = 60
DAY: Final = 86_400
NOTE: Final = {"do": "note", "text": "Nobody answers"}
UNANSWERED: Final = {"after_s": 30 * MINUTE, "unless": ["message.sent", "conversation.resolved"]}


def notes(works: Works, conversation: UUID) -> int:
    return len([event for event in works.log(conversation, "posted") if event.kind == "note.posted.v1"])


def head(works: Works) -> datetime | None:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM heads WHERE schema = %s", [works.tenant.schema])
        row = cursor.fetchone()
    return None if row is None else row[0]


def clocks(works: Works) -> list[RuleClock]:
    with tenant_context(works.tenant):
        return list(RuleClock.objects.all())


def move(works: Works, ticket: UUID, status: str) -> None:
    with tenant_context(works.tenant):
        changing.change(ticket=ticket, actor=works.actor, wanted=Wanted(status=status), now=works.now)


def test_who_is_not_answered_is_told_of_once_since_the_first_word(works: Works) -> None:
    version = works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guest = works.come()
    works.look()
    (said,) = works.log(guest.conversation, "posted")
    assert head(works) == said.at + timedelta(minutes=30)
    works.now = said.at
    works.pass_(10 * MINUTE)
    works.shop.say(guest.conversation, guest.actor, "Hello?")
    works.pass_(20 * MINUTE - 1)
    assert notes(works, guest.conversation) == 0
    works.pass_(1)
    assert notes(works, guest.conversation) == 1
    (note,) = [event for event in works.log(guest.conversation, "posted") if event.kind == "note.posted.v1"]
    assert (note.sender, note.client_id) == (version, f"rule:{said.position}.0.0")
    works.pass_(DAY)
    assert notes(works, guest.conversation) == 1
    assert (clocks(works), head(works)) == ([], None)


@pytest.mark.parametrize("seen", [True, False])
def test_an_answer_ends_it_whether_or_not_it_was_read_by_then(works: Works, seen: bool) -> None:
    works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guest, other = works.come(), works.come()
    works.look()
    works.shop.say(guest.conversation, works.actor, "Soon")
    with tenant_context(works.tenant):
        resolve(conversation=other.conversation, actor=works.actor, now=works.now)
    if seen:
        works.look()
        assert clocks(works) == []
    works.pass_(DAY)
    assert notes(works, guest.conversation) == notes(works, other.conversation) == 0


def test_a_rules_own_word_is_no_answer(works: Works) -> None:
    works.rule("hello", "message.received", {"do": "reply", "text": "We look", "signed": "Shop"})
    works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guest = works.come()
    works.look()
    works.pass_(DAY)
    assert notes(works, guest.conversation) == 1


def test_a_ticket_that_is_pending_for_three_days(works: Works) -> None:
    pending = {"field": "event.category", "op": "is", "value": "pending"}
    when = {"after_s": 3 * DAY, "unless": ["ticket.moved"]}
    works.rule("stale", "ticket.moved", {"do": "set_status", "status": "solved"}, when=when, if_=pending)
    ticket, other = works.open(), works.open()
    move(works, ticket, "open")
    works.look()
    assert clocks(works) == [], "what the event says against it is known at once"
    move(works, ticket, "pending")
    move(works, other, "pending")
    works.pass_(2 * DAY)
    move(works, ticket, "open")
    move(works, ticket, "pending")
    works.pass_(DAY)
    assert (works.ticket(ticket).status, works.ticket(other).status) == ("pending", "solved")
    works.pass_(2 * DAY)
    assert works.ticket(ticket).status == "solved"


def test_time_is_that_of_the_calendar(works: Works) -> None:
    hours = [{"opens": "09:00", "closes": "17:00"}]
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), hours)
    works.publish("calendar", "office", {"name": "Office", "time_zone": "UTC", "week": week})
    when: dict[str, Any] = {"after_s": 3600, "calendar": "office"}
    works.rule("slow", "ticket.opened", {"do": "set_priority", "priority": "high"}, when=when)
    works.now = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)  # a Friday
    works.open()
    works.look()
    assert [row.due_at for row in clocks(works)] == [datetime(2026, 3, 9, 9, 30, tzinfo=UTC)]


def test_it_is_asked_when_its_time_is_over(works: Works) -> None:
    urgent = {"field": "conversation.priority", "op": "is", "value": "urgent"}
    works.rule("slow", "message.received", NOTE, when=UNANSWERED, if_=urgent)
    guest = works.come()
    works.look()
    works.pass_(DAY)
    assert (notes(works, guest.conversation), clocks(works)) == (0, [])


def test_what_began_keeps_its_version_and_ends_with_the_rule(works: Works) -> None:
    version = works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guest = works.come()
    works.look()
    works.rule("slow", "message.received", {"do": "tag", "add": ["slow"]}, when=UNANSWERED)
    works.pass_(DAY)
    assert notes(works, guest.conversation) == 1
    assert [e.sender for e in works.log(guest.conversation, "posted")][1:] == [version]
    other = works.come()
    works.look()
    works.retire("slow")
    works.pass_(DAY)
    assert works.state(other).tags == ()
    assert clocks(works) == []


def test_a_rule_that_begins_its_own_time_ends(works: Works) -> None:
    works.rule("again", "conversation.tagged", {"do": "tag", "add": ["b"], "remove": ["a"]}, when={"after_s": 60})
    works.rule("begin", "message.received", {"do": "tag", "add": ["a"]})
    guest = works.come()
    for _ in range(5):
        works.pass_(61)
    assert works.state(guest).tags == ("b",)
    assert [cut.body["why"] for cut in works.told("cut")] == ["circle"]


def test_many_are_done_once_whoever_looks(works: Works) -> None:
    works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guests = [works.come() for _ in range(4)]
    works.look()
    works.now += timedelta(days=1)
    together = Barrier(3)

    def run() -> None:
        together.wait()
        try:
            with tenant_context(works.tenant):
                for _ in range(15):
                    run_readers(readers=READERS, now=works.now, due=True)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    works.look(due=True)
    assert [notes(works, guest.conversation) for guest in guests] == [1, 1, 1, 1]


def test_who_dies_has_done_nothing_and_a_lost_timer_is_found(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    works.rule("slow", "message.received", NOTE, when=UNANSWERED)
    guest = works.come()
    works.look()

    def die(**_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setattr(timers, "rest", die)
        with pytest.raises(SystemExit):
            works.pass_(DAY)
    assert notes(works, guest.conversation) == 0
    assert len(clocks(works)) == 1
    with tenant_context(works.tenant):
        find_forgotten_rules(now=works.now)
    assert head(works) is not None
    works.look(due=True)
    assert notes(works, guest.conversation) == 1
