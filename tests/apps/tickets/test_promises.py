"""Promises of time on a database: each step of a ladder is taken once, whoever looks, dies, jumps or publishes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from conversations.definitions.commands import retire
from conversations.desk.reactions import READERS as DESK_READERS
from conversations.engine import timers
from conversations.engine.readers import run_readers
from conversations.threads.actors import SYSTEM
from conversations.tickets.commands import changing
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.reactions import AT_ONCE, READER, find_forgotten_tickets
from conversations.tickets.rules.changing import Said, Wanted
from tenants.audit.noting import Who
from tenants.context import tenant_context
from tests.apps.tickets.hall import MINUTE, STEPS, Hall, at


def test_each_step_is_taken_when_it_is_due_and_tells_whom_it_names(hall: Hall) -> None:
    me = hall.office.member.person_id
    boss = hall.office.make_member(hall.tenant, role="supervisor", name="Sue").person_id
    team = {"name": "T", "members": [{"member": str(me)}, {"member": str(boss), "role": "lead"}]}
    hall.publish("team", "parcels", team)
    hall.promise()
    ticket = hall.open(owner=me)
    assert hall.head() == hall.row(ticket).due_at == hall.now + 30 * MINUTE
    hall.pass_(29.9)
    assert hall.steps(ticket) == []
    hall.pass_(0.1)
    assert hall.steps(ticket) == [("lead", 30)]
    assert hall.log(ticket, "escalated")[0].body["told"] == [str(boss)]
    assert hall.head() == hall.now + 50 * MINUTE
    hall.pass_(60)
    assert hall.steps(ticket) == [("lead", 30), ("boss", 80)]
    assert hall.row(ticket).priority == "high", "what a step makes of it"
    assert [e.body["priority"] for e in hall.log(ticket, "prioritized")] == ["high"]
    assert hall.row(ticket).due_at == hall.now + 10 * MINUTE
    hall.pass_(10)
    (broken,) = hall.log(ticket, "promise_broken")
    assert at(broken, "due_at") == hall.now
    assert (hall.head(), hall.row(ticket).due_at) == (None, None)
    hall.do(ticket, status="solved")
    (kept,) = hall.log(ticket, "promise_kept")
    assert (kept.body["took_s"], kept.body["late"]) == (6000, True)


def test_it_stands_still_while_the_customer_is_waited_for(hall: Hall) -> None:
    hall.promise()
    ticket = hall.open()
    hall.now += 10 * MINUTE
    hall.do(ticket, status="pending")
    assert hall.row(ticket).due_at is None
    hall.pass_(500)
    assert hall.steps(ticket) == []
    hall.do(ticket, status="open")
    assert hall.row(ticket).due_at == hall.now + 20 * MINUTE
    shown = hall.office.ask("get", f"/{ticket}")["promises"]
    assert [(each["promise"], each["broken"], each["steps"]) for each in shown] == [("resolution", False, 0)]
    assert datetime.fromisoformat(shown[0]["due_at"]) == hall.now + 90 * MINUTE


def test_replies_keep_promises_and_questions_begin_new_ones(hall: Hall) -> None:
    limits = {"usual": 30}
    hall.promise(targets={"first_reply": limits, "next_reply": limits, "update": {"usual": 60}}, ladder=[])
    ticket = hall.open()
    hall.now += 5 * MINUTE
    hall.say(ticket, from_contact=True)
    hall.now += 5 * MINUTE
    hall.say(ticket)
    hall.now += 5 * MINUTE
    hall.say(ticket, from_contact=True)
    hall.now += 7 * MINUTE
    hall.say(ticket)
    kept = [(e.body["promise"], e.body["took_s"]) for e in hall.log(ticket, "promise_kept")]
    assert kept == [("first_reply", 600), ("update", 600), ("update", 720), ("next_reply", 420)]
    hall.pass_(61)
    assert [e.body["promise"] for e in hall.log(ticket, "promise_broken")] == ["update"]


def test_what_is_said_in_a_conversation_counts_as_of_when_it_was_said(hall: Hall) -> None:
    limits = {"usual": 30}
    hall.promise(targets={"first_reply": limits, "next_reply": limits}, ladder=[])
    shop, agent = hall.office.shop, hall.office.actor
    guest, other = shop.welcome(text="It came open"), shop.welcome(text="And mine")
    hall.look()
    with tenant_context(hall.tenant):
        said = Wanted(title="Parcel")
        ticket = open_ticket(actor=SYSTEM, wanted=said, conversation=guest.conversation, now=hall.now)
    begun, nobodys = datetime.now(UTC), shop.say(other.conversation, agent, "Sorry")
    first = shop.say(guest.conversation, agent, "We look")
    for text in ("Thanks", "And now?"):
        asked = shop.say(guest.conversation, guest.actor, text)
    second = shop.say(guest.conversation, agent, "Soon")
    hall.now = begun + 300 * MINUTE  # whoever reads the log was away for hours
    hall.look()
    heard = [(e.body["seq"], e.body["author"]) for e in hall.log(ticket, "heard")]
    assert heard == [(first.seq, "member"), (asked.seq - 1, "contact"), (second.seq, "member")]
    kept = [(e.body["promise"], e.body["late"], e.at) for e in hall.log(ticket, "promise_kept")]
    assert kept == [("first_reply", False, first.at), ("next_reply", False, second.at)]
    assert hall.log(ticket, "promise_broken") == []
    assert nobodys.seq
    hall.look()
    assert len(hall.log(ticket, "heard")) == 3


def test_what_is_said_twice_keeps_a_promise_once(hall: Hall) -> None:
    hall.promise(targets={"update": {"usual": 30}}, ladder=[])
    ticket = hall.open()
    hall.now += 5 * MINUTE
    for _ in range(2):
        hall.say(ticket)
    assert len(hall.log(ticket, "promise_kept")) == 1


def test_time_is_that_of_the_calendar(hall: Hall) -> None:
    hall.now = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)  # a Friday
    hours = [{"opens": "09:00", "closes": "17:00"}]
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), hours)
    hall.publish("calendar", "office", {"name": "Office", "time_zone": "UTC", "week": week})
    hall.promise(calendar="office", ladder=[])
    assert hall.row(hall.open()).due_at == datetime(2026, 3, 9, 10, 10, tzinfo=UTC)


def test_whoever_writes_first_writes_what_is_overdue_and_then_their_own(hall: Hall) -> None:
    hall.promise()
    ticket = hall.open()
    hall.now += 85 * MINUTE
    hall.do(ticket, status="solved")
    assert [event.kind.split(".")[1] for event in hall.office.shop.read(ticket)][1:] == [
        "escalated",
        "escalated",
        "prioritized",
        "moved",
        "promise_kept",
    ]
    hall.look()
    assert hall.steps(ticket) == [("lead", 30), ("boss", 80)]


def test_once_whoever_looks_at_the_same_time(hall: Hall) -> None:
    hall.promise()
    tickets = [hall.open() for _ in range(3)]
    hall.now += 200 * MINUTE
    together = Barrier(4)

    def run(work: Callable[[], None]) -> None:
        together.wait()
        try:
            with tenant_context(hall.tenant):
                work()
        finally:
            connection.close()

    def reply() -> None:
        for ticket in tickets:
            said = Said(text="Soon")
            changing.comment(ticket=ticket, actor=SYSTEM, said=said, client_id="a", now=hall.now)

    def look() -> None:
        run_readers(readers=[READER], now=hall.now, due=True)

    threads = [Thread(target=run, args=[work]) for work in (look, look, look, reply)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hall.look()
    for ticket in tickets:
        assert hall.steps(ticket) == [("lead", 30), ("boss", 80)]
        assert len(hall.log(ticket, "promise_broken")) == 1


def test_who_dies_while_writing_it_has_written_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.promise()
    ticket = hall.open()
    hall.now += 30 * MINUTE

    def die(**_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setattr(timers, "call_by", die)
        with pytest.raises(SystemExit):
            hall.look()
    assert hall.steps(ticket) == []
    hall.look()
    assert hall.steps(ticket) == [("lead", 30)]


def test_clocks_that_jump_say_nothing_twice(hall: Hall) -> None:
    hall.promise()
    ticket, begun = hall.open(), hall.now
    hall.pass_(60 * 24 * 30)
    said = hall.steps(ticket)
    hall.now = begun - timedelta(days=3)
    hall.look()
    hall.do(ticket, title="Again")
    hall.say(ticket)
    hall.now = begun + timedelta(days=60)
    hall.look()
    assert hall.steps(ticket) == said == [("lead", 30), ("boss", 80)]
    assert len(hall.log(ticket, "promise_broken")) == 1


def test_what_is_published_counts_for_what_runs_some_at_a_time(hall: Hall) -> None:
    hall.promise()
    tickets = [hall.open() for _ in range(AT_ONCE + 10)]
    hall.pass_(30)
    hall.promise(targets={"resolution": {"usual": 300}})
    with tenant_context(hall.tenant):
        run_readers(readers=[READER], now=hall.now)
        assert TicketRow.objects.filter(due_at=hall.now + 250 * MINUTE).count() == AT_ONCE
    assert hall.head() == hall.now, "it goes on at once, when others have had their turn"
    hall.look(readers=(READER,))
    rows = [hall.row(ticket) for ticket in tickets]
    assert {row.due_at for row in rows} == {hall.now + 250 * MINUTE}
    hall.pass_(250)
    assert [hall.steps(ticket) for ticket in tickets] == [[("lead", 30), ("boss", 280)]] * len(tickets)


def test_a_policy_that_is_retired_promises_nothing_and_another_promises_anew(hall: Hall) -> None:
    hall.promise()
    ticket = hall.open()
    hall.now += 10 * MINUTE
    with tenant_context(hall.tenant):
        retire(kind="sla_policy", key="usual", now=hall.now, by=Who(kind="system"))
    hall.look(due=False)
    assert (hall.row(ticket).plan, hall.row(ticket).due_at) == (None, None)
    hall.promise("other")
    hall.look(due=False)
    assert hall.row(ticket).due_at == hall.now + 30 * MINUTE


def test_the_first_that_fits_counts(hall: Hall) -> None:
    hall.promise(ladder=[])
    urgent = {"name": "Urgent", "order": 1, "selector": {"priorities": ["urgent"]}}
    hall.publish("sla_policy", "urgent", {**urgent, "targets": {"resolution": {"usual": 10}}})
    usual, fast = hall.open(), hall.open(priority="urgent")
    assert hall.row(usual).due_at == hall.now + 100 * MINUTE
    assert hall.row(fast).due_at == hall.now + 10 * MINUTE
    hall.now += 5 * MINUTE
    hall.do(usual, priority="urgent")
    assert hall.row(usual).due_at == hall.now + 5 * MINUTE


def test_who_says_that_they_heard_stops_the_ladder_for_a_while(hall: Hall) -> None:
    ladder = [{**STEPS[0], "acknowledged_for": 60}, STEPS[1]]
    hall.promise(ladder=ladder)
    ticket = hall.open()
    assert hall.office.ask("post", f"/{ticket}/acknowledge", {}, status=409)["code"] == "nothing_to_acknowledge"
    hall.pass_(30)
    with tenant_context(hall.tenant):
        changing.acknowledge(ticket=ticket, actor=hall.office.actor, now=hall.now)
    hall.pass_(55)
    assert hall.steps(ticket) == [("lead", 30)]
    hall.pass_(5)
    assert hall.steps(ticket) == [("lead", 30), ("boss", 90)]


def test_the_desks_own_moments_and_those_of_tickets_do_not_lose_each_other(hall: Hall) -> None:
    hall.promise()
    ticket = hall.open()
    hall.look(readers=DESK_READERS)
    assert hall.head() == hall.row(ticket).due_at
    hall.look(readers=(READER,))
    assert hall.head() == hall.row(ticket).due_at


def test_a_moment_that_was_lost_is_found_again(hall: Hall) -> None:
    hall.promise()
    ticket = hall.open()
    with tenant_context(hall.tenant):
        log_nothing(hall.now + timedelta(days=300))
        find_forgotten_tickets(now=hall.now)
        assert hall.head() == hall.now + timedelta(days=300)
        find_forgotten_tickets(now=hall.now + 40 * MINUTE)
    assert hall.head() == hall.now + 40 * MINUTE
    hall.pass_(40)
    assert hall.steps(ticket) == [("lead", 30)]


def log_nothing(due: datetime) -> None:
    """Have the head say a moment that is none."""
    with transaction.atomic():
        timers.rest(again=due)


def test_how_all_of_them_stand_now(hall: Hall) -> None:
    def now() -> tuple[int, int, int, int]:
        told = hall.office.boss.get("/api/v1/reports/promises/now").json()
        return told["promised"], told["broken"], told["soon"], told["unheard"]

    assert now() == (0, 0, 0, 0)
    hall.promise(ladder=[{"key": "lead", "when": "after_start", "minutes": 60, "tells": [{"role": "owner"}]}])
    ticket, other = hall.open(owner=hall.office.member.person_id), hall.open()
    hall.look()
    assert now() == (2, 0, 0, 0)
    hall.pass_(61)
    assert now()[3] == 2
    with tenant_context(hall.tenant):
        changing.acknowledge(ticket=ticket, actor=hall.office.actor, now=hall.now)
    assert now()[3] == 1
    hall.pass_(40)
    assert now()[:2] == (2, 2)
    hall.do(other, status="solved")
    assert now()[:2] == (1, 1)
    assert hall.office.browser.get("/api/v1/reports/promises/now").status_code == 403
