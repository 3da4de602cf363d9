"""Snoozed on a database: out of the way and of the load, and back by itself, once, whoever looks and whoever dies."""

from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection

from conversations.desk.forgotten import find_forgotten_work
from conversations.desk.reactions import READERS
from conversations.desk.scene import read_loads
from conversations.engine import timers
from conversations.engine.readers import run_readers
from conversations.threads.actors import Actor
from conversations.threads.commands import assign, resolve, snooze, take
from conversations.threads.queries import get_state
from conversations.threads.rules import Conversation
from tenants.context import platform_context, tenant_context
from tests.apps.desk.floor import Floor
from tests.shop import Guest

HOUR = timedelta(hours=1)


def put_away(floor: Floor, guest: Guest, actor: Actor, until: datetime | None = None) -> None:
    with tenant_context(floor.shop.tenant):
        snooze(conversation=guest.conversation, actor=actor, until=until, now=floor.now)


def state(floor: Floor, guest: Guest) -> Conversation:
    with tenant_context(floor.shop.tenant):
        return get_state(conversation=guest.conversation)


def load(floor: Floor, member: UUID) -> int:
    with tenant_context(floor.shop.tenant):
        return sum(read_loads(members=[member]).get(member, {}).values())


def wakings(floor: Floor, guest: Guest) -> list[str]:
    return [e.body["reason"] for e in floor.told(guest.conversation) if e.kind == "conversation.woken.v1"]


def due(floor: Floor) -> datetime | None:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM heads WHERE schema = %s", [floor.shop.tenant.schema])
        row = cursor.fetchone()
        return None if row is None else row[0]


def test_it_is_back_when_its_time_has_come(floor: Floor) -> None:
    ada = floor.agent()
    guest = floor.come()
    with tenant_context(floor.shop.tenant):
        take(conversation=guest.conversation, actor=ada, now=floor.now)
    until = floor.now + HOUR
    put_away(floor, guest, ada, until)
    assert due(floor) == until
    assert load(floor, ada.id) == 0
    floor.pass_(3599)
    assert (wakings(floor, guest), due(floor)) == ([], until)
    floor.pass_(1)
    assert (wakings(floor, guest), due(floor)) == (["time"], None)
    assert (state(floor, guest).assignee, load(floor, ada.id)) == (ada.id, 1)


def test_it_is_back_when_its_contact_writes_and_not_for_what_was_said_before(floor: Floor) -> None:
    floor.open(unanswered_s=60)
    ada = floor.agent()
    guest = floor.come()
    floor.shop.say(guest.conversation, guest.actor, "any news?")  # not read by the worker yet
    put_away(floor, guest, ada)
    floor.pass_(3600)
    assert wakings(floor, guest) == []
    floor.say(guest, ada, "not yet")
    assert wakings(floor, guest) == []
    floor.say(guest, guest.actor, "and now?")
    assert wakings(floor, guest) == ["reply"]
    floor.route(due=True)
    assert state(floor, guest).assignee == ada.id
    assert load(floor, ada.id) == 1


def test_whoever_snoozes_has_room_for_the_next(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(capacity=1)
    first, second = floor.come(), floor.come()
    assert (state(floor, first).assignee, state(floor, second).assignee) == (ada.id, None)
    put_away(floor, first, ada)
    floor.route()
    assert state(floor, second).assignee == ada.id


def test_it_goes_to_the_queue_if_its_agent_is_gone(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    put_away(floor, guest, ada, floor.now + HOUR)
    floor.be(ada, "offline")
    bea = floor.agent(name="Bea")
    floor.pass_(1800)
    assert state(floor, guest).assignee == ada.id
    floor.pass_(1800)
    assert (wakings(floor, guest), state(floor, guest).assignee) == (["time"], bea.id)


def test_giving_it_to_another_or_resolving_ends_it(floor: Floor) -> None:
    ada, bea = floor.agent(name="Ada"), floor.agent(name="Bea")
    given, settled = floor.come(), floor.come()
    with tenant_context(floor.shop.tenant):
        for guest in (given, settled):
            take(conversation=guest.conversation, actor=ada, now=floor.now)
            snooze(conversation=guest.conversation, actor=ada, until=floor.now + HOUR, now=floor.now)
        assign(conversation=given.conversation, actor=ada, to=bea.id, now=floor.now)
        resolve(conversation=settled.conversation, actor=ada, now=floor.now)
    floor.pass_(3600)
    assert (wakings(floor, given), load(floor, bea.id)) == ([], 1)
    assert (wakings(floor, settled), state(floor, settled).status) == (["resolved"], "resolved")
    assert state(floor, settled).snoozed_seq is None


def test_it_is_back_once_whoever_looks_at_the_same_time(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(capacity=9)
    guests = [floor.come() for _ in range(3)]
    for guest in guests:
        put_away(floor, guest, ada, floor.now + HOUR)
    floor.now += HOUR
    floor.shop.say(guests[0].conversation, guests[0].actor, "at the same moment")
    together = Barrier(3)

    def look() -> None:
        together.wait()
        try:
            with tenant_context(floor.shop.tenant):
                run_readers(readers=READERS, now=floor.now, due=True)
        finally:
            connection.close()

    workers = [Thread(target=look) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    floor.route(due=True)
    assert [len(wakings(floor, guest)) for guest in guests] == [1, 1, 1]


def test_who_dies_while_waking_it_has_done_nothing(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.open()
    ada = floor.agent()
    guest = floor.come()
    put_away(floor, guest, ada, floor.now + HOUR)

    def die(**_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setattr(timers, "rest", die)
        with pytest.raises(SystemExit):
            floor.pass_(3600)
    assert wakings(floor, guest) == []
    floor.route(due=True)
    assert wakings(floor, guest) == ["time"]


def test_a_lost_time_is_found_by_the_sweep(floor: Floor) -> None:
    ada = floor.agent()
    guest = floor.come()
    with tenant_context(floor.shop.tenant):
        take(conversation=guest.conversation, actor=ada, now=floor.now)
    put_away(floor, guest, ada, floor.now + HOUR)
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("UPDATE heads SET due_at = NULL WHERE schema = %s", [floor.shop.tenant.schema])
    floor.now += HOUR
    with tenant_context(floor.shop.tenant):
        find_forgotten_work(now=floor.now)
    assert due(floor) == floor.now
