"""The conversation's row: whatever happened and however it came, events applied to a stale row make the fresh row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import reduce
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from conversations.engine import log, statements
from conversations.engine.batch import Batch
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.projections import projection_parameters
from conversations.threads import rules
from conversations.threads.events import (
    ConversationAssigned,
    ConversationPrioritized,
    ConversationRead,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationTagged,
    ConversationWoken,
    MessagePosted,
    NotePosted,
)
from conversations.threads.models import ConversationRow
from conversations.threads.projections import CONVERSATIONS
from conversations.threads.queries import get_state
from tenants.context import tenant_context
from tests.apps.engine.logs import ADA, BEN, NOON
from tests.shop import Guest, Shop

PROJECTED = (
    *("public_seq", "staff_seq", "last_text", "last_author", "last_at", "contact_read_seq", "member_read_seq"),
    *("unread", "status", "status_seq", "assignee", "tags", "priority", "snoozed_seq", "snoozed_until"),
)
STAFF = {
    *(ConversationAssigned.kind, NotePosted.kind, ConversationTagged.kind, ConversationPrioritized.kind),
    *(ConversationSnoozed.kind, ConversationWoken.kind),
}
sides = st.sampled_from(["contact", "member"])
messages = st.builds(
    MessagePosted, author=sides, name=st.just("A"), text=st.text(alphabet="云x", min_size=1, max_size=200)
)
facts = st.one_of(
    messages,
    st.builds(MessagePosted, author=st.just("contact"), name=st.just("A"), text=st.just("hello")),
    st.builds(ConversationRead, by=sides, seq=st.integers(1, 12)),
    st.just(ConversationResolved()),
    st.just(ConversationReopened()),
    st.builds(ConversationAssigned, to=st.sampled_from([ADA, BEN, None]), name=st.none()),
    st.builds(NotePosted, name=st.just("A"), text=st.just("canary")),
    st.builds(ConversationTagged, tags=st.sampled_from([(), ("a", "云 b")]), added=st.just(()), removed=st.just(())),
    st.builds(ConversationSnoozed, until=st.sampled_from([None, NOON]), after=st.integers(0, 9)),
    st.just(ConversationWoken(reason="asked")),
    st.builds(ConversationPrioritized, priority=st.sampled_from(["none", "low", "urgent"])),
)
histories = st.lists(st.lists(facts, min_size=1, max_size=5), min_size=1, max_size=5)


@contextmanager
def undone(shop: Shop) -> Iterator[None]:
    """Act for the shop in a transaction that is rolled back, so that no worker meddles."""
    with tenant_context(shop.tenant), transaction.atomic():
        yield
        transaction.set_rollback(True)


def append(guest: Guest, batch: Sequence[Fact], hour: int, *, project: bool = True) -> None:
    drafts = [Draft(subject=guest.conversation, fact=fact, sender=ADA) for fact in batch]
    projections = [CONVERSATIONS] if project else []
    log.append(drafts=drafts, at=NOON + timedelta(hours=hour), projections=projections)


def step(guest: Guest, message: MessagePosted, hour: int) -> list[int]:
    """Write one message as the writer does; answer its seq, or nothing where the row took no step."""
    params = as_batch([(guest, message)], hour).one(schema="")
    with connection.cursor() as cursor:
        cursor.execute(
            statements.qualified(statements.append_one(steps=[CONVERSATIONS.step])), {**params, "schema": None}
        )
        return [seq for _, _, seq, _, _ in cursor.fetchall()]


def stride(said: Sequence[tuple[Guest, MessagePosted]], hour: int) -> list[int]:
    """Write several messages as the writer does; answer their seqs, or nothing where a row took no stride."""
    batch = as_batch(said, hour)
    text = statements.qualified(statements.append_fresh(strides=[CONVERSATIONS.stride]))
    found = psycopg.Cursor(connection.connection).execute(text, {**batch.fresh(schema=""), "schema": None})
    return [seq for _, _, seq, _, _ in batch.fresh_rows(found.fetchall())]


def as_batch(said: Sequence[tuple[Guest, MessagePosted]], hour: int) -> Batch:
    drafts = [Draft(subject=guest.conversation, fact=fact, sender=ADA, client_id=uuid4().hex) for guest, fact in said]
    return Batch(drafts=drafts, at=NOON + timedelta(hours=hour))


def row(conversation: UUID) -> dict[str, Any]:
    found = ConversationRow.objects.get(id=conversation)
    return {name: getattr(found, name) for name in PROJECTED}


def put_back(conversation: UUID, values: dict[str, Any]) -> None:
    ConversationRow.objects.filter(id=conversation).update(**values)


def catch_up(conversation: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements.qualified(CONVERSATIONS.catch_up), projection_parameters(subjects=[conversation]))


def zero(conversation: UUID) -> dict[str, Any]:
    """Answer the row as it was before anything happened."""
    found = ConversationRow.objects.get(id=conversation)
    began = {"contact_id": found.contact_id, "inbox": found.inbox, "started_at": found.started_at}
    fresh = ConversationRow(**began, last_at=found.started_at)
    return {name: getattr(fresh, name) for name in PROJECTED}


def expected(events: Sequence[Recorded], started: Any) -> dict[str, Any]:
    """Fold the events in plain Python."""
    public = [event for event in events if event.kind not in STAFF]
    messages = [event for event in public if event.kind == MessagePosted.kind]
    reads = {
        by: [e.body["seq"] for e in public if e.kind == ConversationRead.kind and e.body["by"] == by]
        for by in ("contact", "member")
    }
    read = max(reads["member"], default=0)
    last = messages[-1] if messages else None
    return {
        "public_seq": len(public),
        "staff_seq": len(events) - len(public),
        "last_text": last.body["text"][:160] if last else "",
        "last_author": last.body["author"] if last else None,
        "last_at": last.at if last else started,
        "contact_read_seq": max(reads["contact"], default=0),
        "member_read_seq": read,
        "unread": min(100, len([m for m in messages if m.body["author"] == "contact" and m.seq > read])),
    }


def check(guest: Guest, stale: list[dict[str, Any]]) -> None:
    """Hold the row to the fold, to the rules, and to itself rebuilt from every stale state."""
    fresh = row(guest.conversation)
    events = [e for e in log.read_tenant(after=0) if e.stream.int | 1 == guest.conversation.int | 1]
    folded = expected(events, stale[1]["last_at"])
    assert {name: fresh[name] for name in folded} == folded
    start = rules.Conversation(id=guest.conversation, contact=guest.actor.id)
    assert get_state(conversation=guest.conversation) == reduce(
        lambda state, event: rules.apply(state=state, fact=event.fact(), seq=event.seq), events, start
    )
    for old in stale:
        put_back(guest.conversation, old)
        catch_up(guest.conversation)
        assert row(guest.conversation) == fresh
    catch_up(guest.conversation)
    assert row(guest.conversation) == fresh, "run again it changes nothing"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome()


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_apply_events_to_a_stale_row_is_the_fresh_row(shop: Shop, guest: Guest, history: list[list[Fact]]) -> None:
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        for hour, batch in enumerate(history):
            append(guest, batch, hour)
            stale.append(row(guest.conversation))
        check(guest, stale)


@effort(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories)
def test_one_catching_up_is_as_good_as_many(shop: Shop, guest: Guest, history: list[list[Fact]]) -> None:
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        for hour, batch in enumerate(history):
            append(guest, batch, hour, project=False)
        catch_up(guest.conversation)
        check(guest, stale)


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.lists(messages, min_size=1, max_size=3))
def test_a_step_is_as_good_as_catching_up(
    shop: Shop, guest: Guest, history: list[list[Fact]], said: list[MessagePosted]
) -> None:
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        for hour, batch in enumerate(history):
            append(guest, batch, hour)
        for hour, message in enumerate(said, start=len(history)):
            assert step(guest, message, hour) == [row(guest.conversation)["public_seq"]]
            stale.append(row(guest.conversation))
        check(guest, stale)


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories, st.lists(messages, min_size=2, max_size=9), st.integers(1, 4))
def test_a_stride_is_as_good_as_catching_up(
    shop: Shop, guest: Guest, history: list[list[Fact]], said: list[MessagePosted], often: int
) -> None:
    """The messages are those of two conversations in turn: now and then the second one's."""
    with undone(shop):
        other = shop.welcome()
        stale = {who.conversation: [zero(who.conversation), row(who.conversation)] for who in (guest, other)}
        for hour, batch in enumerate(history):
            append(guest, [fact for fact in batch if not isinstance(fact, ConversationRead)], hour)
        turns = [(other if n % often else guest, message) for n, message in enumerate(said)]
        seqs = stride(turns, len(history))
        for who in (guest, other):
            last = [seq for seq, (one, _) in zip(seqs, turns, strict=True) if one is who][-1:]
            assert last in ([], [row(who.conversation)["public_seq"]])
            check(who, stale[who.conversation])


def test_a_row_that_is_behind_takes_no_stride(shop: Shop, guest: Guest) -> None:
    message = MessagePosted(author="contact", name="A", text="hello")
    other = shop.welcome()
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        append(guest, [message], 0, project=False)
        assert stride([(guest, message), (other, message)], 1) == []
        assert row(guest.conversation) == stale[1]
        catch_up(guest.conversation)
        assert row(guest.conversation)["unread"] == 2
        check(guest, stale)


def test_a_row_that_is_behind_takes_no_step(shop: Shop, guest: Guest) -> None:
    message = MessagePosted(author="contact", name="A", text="hello")
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        append(guest, [message], 0, project=False)
        assert step(guest, message, 1) == []
        assert row(guest.conversation) == stale[1]
        catch_up(guest.conversation)
        assert row(guest.conversation)["unread"] == 2
        check(guest, stale)


def test_nobody_counts_more_than_a_hundred(shop: Shop, guest: Guest) -> None:
    asked = MessagePosted(author="contact", name="A", text="hello")
    with undone(shop):
        stale = [zero(guest.conversation), row(guest.conversation)]
        for hour in range(3):
            append(guest, [asked] * 60, hour)
            stale.append(row(guest.conversation))
        assert row(guest.conversation)["unread"] == 100
        append(guest, [ConversationRead(by="member", seq=150)], 4)
        assert row(guest.conversation)["unread"] == 31
        check(guest, stale)


def test_two_conversations_in_one_batch(shop: Shop, guest: Guest) -> None:
    other = shop.welcome()
    with undone(shop):
        drafts = [
            Draft(subject=who.conversation, fact=MessagePosted(author="contact", name="A", text=text), sender=ADA)
            for who, text in ((guest, "a"), (other, "b"), (guest, "c"))
        ]
        log.append(drafts=drafts, at=NOON, projections=[CONVERSATIONS])
        found = [row(who.conversation) for who in (guest, other)]
        assert [(one["last_text"], one["unread"], one["public_seq"]) for one in found] == [("c", 2, 3), ("b", 1, 2)]
