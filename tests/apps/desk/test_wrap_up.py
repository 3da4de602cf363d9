"""Wrap-up ends by itself when its time has come: once, whoever looks, and whoever died while looking."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from conversations.desk.reactions import READERS
from conversations.engine import timers
from conversations.engine.readers import run_readers
from conversations.presence.models import Presence
from conversations.threads.actors import SYSTEM, Actor
from tenants.context import platform_context, tenant_context
from tests.apps.desk.floor import Floor


def state(floor: Floor, who: Actor) -> str:
    with tenant_context(floor.shop.tenant):
        return Presence.objects.get(member=who.id).state


def ends(floor: Floor, who: Actor) -> list[str]:
    """Answer what somebody else has made of a member's state."""
    events = [event for event in floor.shop.read_all() if event.kind == "presence.changed.v1"]
    mine = [event for event in events if event.body["member"] == str(who.id)]
    return [event.body["state"] for event in mine if event.sender == SYSTEM.id]


def due(floor: Floor) -> datetime | None:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM heads WHERE schema = %s", [floor.shop.tenant.schema])
        row = cursor.fetchone()
        return None if row is None else row[0]


def test_it_ends_after_what_is_said_of_the_agent(floor: Floor) -> None:
    floor.open(wrap_up_s=10)
    ada = floor.agent(name="Ada", wrap_up_s=30)
    floor.be(ada, "wrap_up")
    floor.route()
    assert due(floor) == floor.now + timedelta(seconds=30)
    floor.pass_(29)
    assert state(floor, ada) == "wrap_up"
    floor.pass_(1)
    assert (state(floor, ada), ends(floor, ada)) == ("online", ["online"])
    assert due(floor) is None


def test_or_after_the_least_that_a_queue_of_theirs_says(floor: Floor) -> None:
    floor.open(wrap_up_s=60)
    ada, bea = floor.agent(name="Ada"), floor.agent(name="Bea")
    floor.publish("queue", "short", {"name": "Short", "wrap_up_s": 20, "members": [str(bea.id)]})
    for agent in (ada, bea):
        floor.be(agent, "wrap_up")
    floor.route()
    floor.pass_(20)
    assert (state(floor, ada), state(floor, bea)) == ("wrap_up", "online")
    floor.pass_(40)
    assert state(floor, ada) == "online"


def test_where_nothing_is_said_it_ends_when_the_member_says_so(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(name="Ada")
    floor.be(ada, "wrap_up")
    floor.route()
    assert due(floor) is None
    floor.pass_(86_400)
    assert state(floor, ada) == "wrap_up"


def test_who_has_gone_on_is_left_alone(floor: Floor) -> None:
    floor.open(wrap_up_s=10)
    ada = floor.agent(name="Ada")
    floor.be(ada, "wrap_up")
    floor.route()
    floor.now += timedelta(seconds=5)
    floor.be(ada, "busy")
    floor.pass_(10)
    assert (state(floor, ada), ends(floor, ada)) == ("busy", [])


def test_a_conversation_that_is_looked_at_again_sooner_does_not_put_it_off(floor: Floor) -> None:
    floor.open(wrap_up_s=40, hand_out="offer", offer_s=5)
    ada, _ = floor.agent(name="Ada"), floor.agent(name="Bea")
    floor.be(ada, "wrap_up")
    floor.come()
    floor.pass_(5)
    floor.pass_(35)
    assert state(floor, ada) == "online"


def test_it_ends_once_whoever_looks_at_the_same_time(floor: Floor) -> None:
    floor.open(wrap_up_s=10)
    ada = floor.agent(name="Ada")
    floor.be(ada, "wrap_up")
    floor.route()
    floor.now += timedelta(seconds=10)
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
    assert ends(floor, ada) == ["online"]


def test_who_dies_while_ending_it_has_done_nothing(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.open(wrap_up_s=10)
    ada = floor.agent(name="Ada")
    floor.be(ada, "wrap_up")
    floor.route()

    def die(**_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setattr(timers, "rest", die)
        with pytest.raises(SystemExit):
            floor.pass_(10)
    assert (state(floor, ada), ends(floor, ada)) == ("wrap_up", [])
    floor.route(due=True)
    assert ends(floor, ada) == ["online"]
