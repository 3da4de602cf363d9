"""The worker's round: no tenant's trouble and no tenant's backlog holds the others up."""

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from config import wiring
from config import worker as worker_module
from config.worker import Worker
from conversations.engine.events import Recorded
from conversations.engine.readers import Progress, Reader
from conversations.engine.timers import call_by
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import resolve
from conversations.threads.events import MessagePosted
from conversations.threads.queries import get_state
from tenants.context import current_tenant, maintenance_context, tenant_context
from tests.conftest import MakeTenant
from tests.shop import Guest, Shop


def test_a_tenant_whose_tables_are_gone_stops_no_other(
    make_tenant: MakeTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = Shop(tenant=make_tenant()), Shop(tenant=make_tenant())
    _let_it_see_only(monkeypatch, broken, sound)
    _settle(broken)
    guest = _settle(sound)
    _rename(broken.tenant.schema, "reader_cursor", "away")
    try:
        for _ in range(3):
            Worker()._look()
        with tenant_context(sound.tenant):
            assert get_state(conversation=guest.conversation).status == "open"
    finally:
        _rename(broken.tenant.schema, "away", "reader_cursor")


def test_news_of_one_tenant_do_not_wait_for_the_backlog_of_another(
    make_tenant: MakeTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, quiet = Shop(tenant=make_tenant()), Shop(tenant=make_tenant())
    heard: list[str] = []

    def hear(_event: Recorded, _now: datetime) -> None:
        heard.append(current_tenant().schema)

    reader = Reader(name="test.round", kinds=frozenset({MessagePosted.kind}), apply=hear, page=1)
    monkeypatch.setattr(worker_module, "READERS", (reader,))
    worker = Worker()
    _let_it_see_only(monkeypatch, busy, quiet)
    for text in ("one", "two", "three"):
        busy.welcome(text=text)
    assert worker._look()
    quiet.welcome(text="hello")
    while worker._look():
        pass
    assert sorted(heard) == sorted([busy.tenant.schema] * 3 + [quiet.tenant.schema])
    assert heard.index(quiet.tenant.schema) < 3


def test_news_do_not_wait_for_the_many_of_whom_nothing_is_known_yet(
    make_tenant: MakeTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that has just started has to ask each tenant whether it is behind."""
    many, late = [Shop(tenant=make_tenant()) for _ in range(4)], Shop(tenant=make_tenant())
    served: list[str] = []

    def serve(*, readers: object, now: datetime, due: bool) -> Progress:
        served.append(current_tenant().schema)
        return Progress.LATER if current_tenant() == many[0].tenant else Progress.DONE

    monkeypatch.setattr(worker_module, "SLICE_S", 0.0)
    monkeypatch.setattr(worker_module, "run_readers", serve)
    for shop in [*many, late]:
        shop.welcome(text="hello")
    worker = Worker()
    _let_it_see_only(monkeypatch, *many, late)
    assert worker._look()
    late.welcome(text="news")
    while worker._look():
        pass
    schemas = [shop.tenant.schema for shop in many]
    assert served[1] == late.tenant.schema
    assert set(served) == {*schemas, late.tenant.schema}, "whoever has to be tried again and again stops no other"


def test_news_do_not_wait_for_the_many_that_are_due(make_tenant: MakeTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an hour without a worker much is due at once."""
    many, late = [Shop(tenant=make_tenant()) for _ in range(4)], Shop(tenant=make_tenant())
    for shop in [*many, late]:
        shop.welcome(text="hello")
    worker, served = Worker(), list[str]()
    _let_it_see_only(monkeypatch, *many, late)
    while worker._look():
        pass

    def serve(*, readers: object, now: datetime, due: bool) -> Progress:
        served.append(current_tenant().schema)
        return Progress.LATER if due else Progress.DONE

    monkeypatch.setattr(worker_module, "SLICE_S", 0.0)
    monkeypatch.setattr(worker_module, "run_readers", serve)
    for shop in many:
        with tenant_context(shop.tenant), transaction.atomic():
            call_by(due=datetime.now(UTC))
    late.welcome(text="news")
    worker._look()
    assert served[0] == late.tenant.schema
    while {shop.tenant.schema for shop in many} - set(served):
        worker._look()
    assert served.count(late.tenant.schema) == 1


def test_a_chore_that_fails_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fail(_now: datetime) -> None:
        raise LookupError("odd")

    monkeypatch.setattr(wiring, "CHORES", (fail, lambda _now: done.append("the next")))
    assert wiring.do_chores(datetime.now(UTC)) == 0
    assert done == ["the next"]


def _let_it_see_only(monkeypatch: pytest.MonkeyPatch, *shops: Shop) -> None:
    """Other tests leave companies with long logs, which would be read event by event."""
    schemas, get_heads = {shop.tenant.schema for shop in shops}, Worker._get_heads
    seen = staticmethod(lambda: [head for head in get_heads() if head.schema in schemas])
    monkeypatch.setattr(Worker, "_get_heads", seen)


def _settle(shop: Shop) -> Guest:
    """Somebody writes into what an agent has called settled."""
    guest = shop.welcome(text="hello")
    with tenant_context(shop.tenant):
        resolve(conversation=guest.conversation, actor=SYSTEM, now=datetime.now(UTC))
    shop.say(guest.conversation, guest.actor, "still there?")
    return guest


def _rename(schema: str, table: str, to: str) -> None:
    with maintenance_context(schema=schema), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {to}")
