"""Readers: the effect of an event happens once, in order, whoever dies, fails or competes."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction

from conversations.contacts.models import Contact
from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.models import ReaderCursor
from conversations.engine.readers import Progress, Reader, run_readers
from conversations.engine.streams import new_subject
from conversations.threads.events import MessagePosted, NotePosted
from tenants.context import TenantRef, tenant_context
from tests.apps.engine.logs import NOON, CommandLog, draft, noted, said

KINDS = frozenset({MessagePosted.kind})
Apply = Callable[[Recorded, datetime], None]


@pytest.fixture
def subject(tenant: TenantRef) -> Iterator[UUID]:
    """A subject with streams; the test acts for its tenant."""
    made = new_subject()
    CommandLog(tenant=tenant).open_streams(subject=made)
    with tenant_context(tenant):
        yield made


def reader(apply: Apply, *, name: str = "test", page: int = 100) -> Reader:
    return Reader(name=name, kinds=KINDS, apply=apply, page=page)


def write(subject: UUID, count: int, *, first: int = 0) -> None:
    with transaction.atomic():
        log.append(drafts=[draft(subject, said(str(n))) for n in range(first, first + count)], at=NOON)


def leave_effect(event: Recorded, now: datetime) -> None:
    Contact(name=event.body["text"], created_at=now).save(force_insert=True)


def effects() -> list[str]:
    return list(Contact.objects.order_by("id").values_list("name", flat=True))


def run(*readers: Reader, now: datetime = NOON) -> list[Progress]:
    """Run pages until nobody needs more."""
    taken = [run_readers(readers=readers, now=now)]
    while taken[-1] is Progress.MORE:
        taken.append(run_readers(readers=readers, now=now))
    return taken


def cursor(name: str = "test") -> ReaderCursor:
    return ReaderCursor.objects.get(reader=name)


def test_every_event_of_its_kinds_in_order(subject: UUID) -> None:
    write(subject, 3)
    with transaction.atomic():
        log.append(drafts=[draft(subject, noted("not for it"))], at=NOON)
    write(subject, 4, first=3)
    assert run(reader(leave_effect, page=2))[-1] is Progress.DONE
    assert effects() == [str(n) for n in range(7)]
    assert (cursor().position, cursor().moved_at) == (8, NOON)
    assert run(reader(leave_effect)) == [Progress.DONE]
    assert len(effects()) == 7


def test_what_a_reader_does_not_want_is_passed_by(subject: UUID) -> None:
    with transaction.atomic():
        log.append(drafts=[draft(subject, noted(str(n))) for n in range(50)], at=NOON)
    assert run(reader(leave_effect, page=3)) == [Progress.DONE]
    assert cursor().position == 50


def test_what_comes_while_it_is_asked_what_it_wants_is_not_passed_by(subject: UUID) -> None:
    wanted, heard = {MessagePosted.kind}, list[str]()

    def want() -> frozenset[str]:
        asked = frozenset(wanted)
        if NotePosted.kind not in wanted:  # the moment after it was asked
            wanted.add(NotePosted.kind)
            with transaction.atomic():
                log.append(drafts=[draft(subject, noted("in between"))], at=NOON)
        return asked

    def hear(events: Sequence[Recorded], _now: datetime, _due: bool) -> None:
        heard.extend(event.body["text"] for event in events)

    write(subject, 1)
    wanting = Reader(name="test", wants=want, apply_page=hear)
    for _ in range(2):
        run(wanting)
    assert heard == ["0", "in between"]


def test_what_it_writes_itself_is_read_too(subject: UUID) -> None:
    def answer(event: Recorded, now: datetime) -> None:
        if int(event.body["text"]) < 5:
            log.append(drafts=[draft(subject, said(str(int(event.body["text"]) + 1)))], at=now)

    write(subject, 1)
    run(reader(answer))
    assert [e.body["text"] for e in log.read_tenant(after=0)] == ["0", "1", "2", "3", "4", "5"]


def test_effect_and_cursor_are_one_commit(subject: UUID) -> None:
    def fail_after_effect(event: Recorded, now: datetime) -> None:
        leave_effect(event, now)
        log.append(drafts=[draft(subject, noted("effect"))], at=now)
        if event.body["text"] == "0":
            raise RuntimeError("after the effect")

    write(subject, 2)
    assert run(reader(fail_after_effect)) == [Progress.LATER]
    assert effects() == []
    assert log.get_position() == 2
    assert cursor().position == 0


def test_a_failing_reader_keeps_its_place_and_stops_no_other(subject: UUID) -> None:
    tries = []

    def fail_at_three(event: Recorded, now: datetime) -> None:
        tries.append(event.body["text"])
        if event.body["text"] == "3" and now < NOON + timedelta(seconds=10):
            raise RuntimeError("not now")

    write(subject, 5)
    bad, good = reader(fail_at_three, name="bad", page=2), reader(leave_effect, name="good")
    assert run(bad, good)[-1] is Progress.LATER
    assert effects() == list("01234")
    failed = cursor("bad")
    assert (failed.position, failed.failures, failed.retry_at) == (2, 1, NOON + timedelta(seconds=2))
    assert failed.error == "RuntimeError: not now"
    assert tries == list("0123")
    assert run(bad, good, now=NOON + timedelta(seconds=1)) == [Progress.LATER]
    assert tries == list("0123"), "it is not tried before its time"
    assert run(bad, good, now=NOON + timedelta(seconds=3))[-1] is Progress.LATER
    assert cursor("bad").retry_at == NOON + timedelta(seconds=7)
    assert run(bad, good, now=NOON + timedelta(seconds=20))[-1] is Progress.DONE
    assert (cursor("bad").position, cursor("bad").failures, cursor("bad").error) == (5, 0, "")
    assert tries == list("0123" + "23" + "234")


def test_a_clock_that_was_wrong_pauses_nobody(subject: UUID) -> None:
    """A worker whose clock was an hour ahead failed; another one, whose clock is right, goes on."""

    def fail(_event: Recorded, _now: datetime) -> None:
        raise RuntimeError

    write(subject, 2)
    run(reader(fail), now=NOON + timedelta(hours=1))
    assert cursor().failures == 1
    assert run(reader(leave_effect))[-1] is Progress.DONE
    assert effects() == list("01")


def test_pauses_of_a_failing_reader_are_bounded(subject: UUID) -> None:
    def fail(_event: Recorded, _now: datetime) -> None:
        raise RuntimeError

    write(subject, 1)
    now = NOON
    for _ in range(12):
        run(reader(fail), now=now)
        now = cursor().retry_at or now
    run(reader(fail), now=now)
    assert cursor().retry_at == now + timedelta(minutes=5)


@contextmanager
def thread(tenant: TenantRef, work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Run work for a tenant in a thread with a connection of its own; whatever it raises, the test raises."""
    raised: list[BaseException] = []

    def run_it() -> None:
        try:
            with tenant_context(tenant):
                work()
        except BaseException as error:  # noqa: BLE001 # handed to the test
            raised.append(error)
        finally:
            connection.close()

    running = threading.Thread(target=run_it)
    running.start()
    try:
        yield running
    finally:
        running.join(20)
    assert not running.is_alive()
    if raised:
        raise raised[0]


def test_two_workers_compete(tenant: TenantRef, subject: UUID) -> None:
    write(subject, 60)
    both = threading.Barrier(2)

    def compete() -> None:
        both.wait(5)
        while cursor_position() < 60:
            run_readers(readers=[reader(leave_effect, page=3)], now=NOON)

    def cursor_position() -> int:
        return ReaderCursor.objects.filter(reader="test").values_list("position", flat=True).first() or 0

    with thread(tenant, compete), thread(tenant, compete):
        pass
    assert effects() == [str(n) for n in range(60)]


def test_nobody_waits_for_a_page_in_other_hands(tenant: TenantRef, subject: UUID) -> None:
    started, finish = threading.Event(), threading.Event()

    def slow(event: Recorded, now: datetime) -> None:
        leave_effect(event, now)
        started.set()
        finish.wait(10)

    write(subject, 1)
    with thread(tenant, lambda: run(reader(slow))):
        assert started.wait(5)
        began = time.monotonic()
        assert run(reader(leave_effect)) == [Progress.LATER]
        assert time.monotonic() - began < 2
        finish.set()
    assert effects() == ["0"]


def test_a_page_that_appends_does_not_lock_out_commands(tenant: TenantRef, subject: UUID) -> None:
    """Who has appended holds the tenant's head, and must not wait for a stream whose holder waits for the head."""
    other = new_subject()
    CommandLog(tenant=tenant).open_streams(subject=other)
    holds_head, holds_stream = threading.Event(), threading.Event()

    def react(event: Recorded, now: datetime) -> None:
        about = subject if event.body["text"] == "0" else other
        log.lock(subjects=[about])
        log.append(drafts=[draft(about, noted(f"seen {event.body['text']}"))], at=now)
        if about == subject:
            holds_head.set()
            assert holds_stream.wait(5)
            time.sleep(0.2)

    def command() -> None:
        assert holds_head.wait(5)
        with transaction.atomic():
            log.lock(subjects=[other])
            holds_stream.set()
            log.append(drafts=[draft(other, noted("command"))], at=NOON)

    write(subject, 2)
    with thread(tenant, command):
        assert run(reader(react))[-1] is Progress.DONE
    assert cursor().failures == 0
    notes = sorted(e.body["text"] for e in log.read_tenant(after=0) if e.kind == NotePosted.kind)
    assert notes == ["command", "seen 0", "seen 1"]


def test_commit_order_is_position_order(tenant: TenantRef, subject: UUID) -> None:
    """A cursor never skips a late commit: who appends second waits until the first has committed."""
    other = new_subject()
    CommandLog(tenant=tenant).open_streams(subject=other)
    appended, commit, second_done = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            log.append(drafts=[draft(subject, said("first"))], at=NOON)
            appended.set()
            assert commit.wait(5)

    def second() -> None:
        assert appended.wait(5)
        with transaction.atomic():
            log.append(drafts=[draft(other, said("second"))], at=NOON)
        second_done.set()

    with thread(tenant, first), thread(tenant, second):
        assert appended.wait(5)
        assert not second_done.wait(0.3)
        assert log.read_tenant(after=0) == []
        assert log.get_position() == 0
        commit.set()
    assert [e.body["text"] for e in log.read_tenant(after=0)] == ["first", "second"]


def test_a_bare_sequence_would_skip_a_late_commit(database: str) -> None:
    """Why there is a head: the same story with a sequence loses a row to the cursor."""

    def connect() -> Any:
        return psycopg.connect(database)

    with connect() as first, connect() as second, connect() as follower:
        second.execute("CREATE TABLE late (id bigserial, said text)")
        second.commit()
        try:
            first.execute("INSERT INTO late (said) VALUES ('first')")
            second.execute("INSERT INTO late (said) VALUES ('second')")
            second.commit()
            seen = follower.execute("SELECT id, said FROM late WHERE id > 0 ORDER BY id").fetchall()
            follower.commit()
            first.commit()
            seen += follower.execute("SELECT id, said FROM late WHERE id > %s ORDER BY id", [seen[-1][0]]).fetchall()
            follower.commit()
            assert [said for _, said in seen] == ["second"]
        finally:
            second.execute("DROP TABLE late")
            second.commit()


def test_many_at_once_and_a_cursor_behind_them(tenant: TenantRef) -> None:
    threads_, each = 4, 15
    subjects = [new_subject() for _ in range(threads_)]
    for subject in subjects:
        CommandLog(tenant=tenant).open_streams(subject=subject)

    def append(subject: UUID) -> None:
        for n in range(each):
            with transaction.atomic():
                log.append(drafts=[draft(subject, said(str(n)))], at=NOON)
                time.sleep(0.001 * (n % 3))

    followed: list[Recorded] = []
    with tenant_context(tenant):
        with (
            thread(tenant, lambda: append(subjects[0])),
            thread(tenant, lambda: append(subjects[1])),
            thread(tenant, lambda: append(subjects[2])),
            thread(tenant, lambda: append(subjects[3])),
        ):
            until = time.monotonic() + 20
            while len(followed) < threads_ * each and time.monotonic() < until:
                followed += log.read_tenant(after=followed[-1].position if followed else 0)
        assert followed == log.read_tenant(after=0)
    assert [event.position for event in followed] == list(range(1, threads_ * each + 1))
    for subject in subjects:
        assert [e.seq for e in followed if e.stream == subject] == list(range(1, each + 1))
