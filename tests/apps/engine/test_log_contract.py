"""What every log promises, in memory as in PostgreSQL, for commands as through the writer."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from conversations.engine import log
from conversations.engine.batch import ClientIdReused, Outcome, StaleAccess, StreamBlocked, StreamMissing
from conversations.engine.events import Audience, Draft, Recorded
from conversations.engine.memory import MemoryLog
from conversations.engine.streams import new_subject, stream_of, streams_of
from tenants.context import TenantRef, tenant_context
from tests.apps.engine.logs import ADA, BEN, NOON, AnyLog, CommandLog, WriterLog, draft, noted, said


def opened(any_log: AnyLog) -> UUID:
    subject = new_subject()
    any_log.open_streams(subject=subject)
    return subject


def verdicts(outcomes: list[Outcome]) -> list[str]:
    return [outcome.verdict for outcome in outcomes]


def recorded(outcome: Outcome) -> Recorded:
    assert outcome.recorded
    return outcome.recorded


def test_seq_is_dense_per_stream_and_position_per_tenant(any_log: AnyLog) -> None:
    one, two = opened(any_log), opened(any_log)
    batches = [
        [draft(one, said("a")), draft(two, said("b")), draft(one, noted("c"))],
        [draft(one, said("d")), draft(one, said("e"))],
    ]
    outcomes = [outcome for drafts in batches for outcome in any_log.append(drafts=drafts, at=NOON)]
    assert verdicts(outcomes) == ["new"] * 5
    assert [recorded(o).position for o in outcomes] == [1, 2, 3, 4, 5]
    assert [recorded(o).seq for o in outcomes] == [1, 1, 1, 2, 3]
    assert [e.body["text"] for e in any_log.read_tenant(after=0, limit=10)] == ["a", "b", "c", "d", "e"]


def test_what_is_answered_is_what_is_read(any_log: AnyLog) -> None:
    subject = opened(any_log)
    outcomes = any_log.append(
        drafts=[draft(subject, said("云 😀 \u2028"), "id-1"), draft(subject, noted("n"))], at=NOON
    )
    assert any_log.read_tenant(after=0, limit=10) == [recorded(outcome) for outcome in outcomes]


def test_staff_and_public_are_apart(any_log: AnyLog) -> None:
    subject = opened(any_log)
    any_log.append(drafts=[draft(subject, noted("canary")), draft(subject, said("hello"))], at=NOON)
    public, staff = streams_of(subject=subject)
    assert [e.body["text"] for e in any_log.read_stream(stream=public, after=0, limit=10)] == ["hello"]
    assert [e.body["text"] for e in any_log.read_stream(stream=staff, after=0, limit=10)] == ["canary"]


def test_a_repeat_answers_the_first_one(any_log: AnyLog) -> None:
    subject = opened(any_log)
    first = recorded(any_log.append(drafts=[draft(subject, said("a"), "1")], at=NOON)[0])
    any_log.append(drafts=[draft(subject, said("between"))], at=NOON)
    later = any_log.append(drafts=[draft(subject, said("a"), "1")], at=NOON + timedelta(hours=1))[0]
    assert later == Outcome("repeat", first)
    assert len(any_log.read_tenant(after=0, limit=10)) == 2


def test_the_same_id_with_another_content_is_refused(any_log: AnyLog) -> None:
    subject = opened(any_log)
    any_log.append(drafts=[draft(subject, said("a"), "1"), draft(subject, noted("n"), "1")], at=NOON)
    outcomes = any_log.append(drafts=[draft(subject, said("b"), "1"), draft(subject, said("c"), "2")], at=NOON)
    assert outcomes[0] == Outcome("reused", None)
    assert recorded(outcomes[1]).seq == 2


def test_a_client_id_is_its_senders_own(any_log: AnyLog) -> None:
    subject = opened(any_log)
    drafts = [draft(subject, said("a"), "1"), draft(subject, said("b"), "1", sender=BEN)]
    assert verdicts(any_log.append(drafts=drafts, at=NOON)) == ["new", "new"]
    unsigned = Draft(subject=subject, fact=said("c"), client_id="1")
    assert verdicts(any_log.append(drafts=[unsigned, unsigned], at=NOON)) == ["new", "new"]
    assert verdicts(any_log.append(drafts=[unsigned], at=NOON)) == ["new"]


def test_twice_in_one_batch(any_log: AnyLog) -> None:
    subject = opened(any_log)
    drafts = [draft(subject, said(text), "1") for text in ("a", "a", "b", "a")]
    outcomes = any_log.append(drafts=drafts, at=NOON)
    assert verdicts(outcomes) == ["new", "repeat", "reused", "repeat"]
    assert outcomes[1].recorded == outcomes[0].recorded == outcomes[3].recorded
    assert len(any_log.read_tenant(after=0, limit=10)) == 1


def test_guards(any_log: AnyLog) -> None:
    open_, closed, moved = opened(any_log), opened(any_log), opened(any_log)
    any_log.append(drafts=[draft(closed, said("before"), "1")], at=NOON)
    any_log.change_stream(stream=closed, is_open=False, access=1)
    any_log.change_stream(stream=moved, is_open=True, access=2)
    drafts = [
        draft(new_subject(), said("nowhere")),
        draft(closed, said("too late")),
        draft(closed, said("before"), "1"),
        draft(moved, said("old"), access=1),
        draft(moved, said("current"), access=2),
        draft(moved, said("locked"), access=None),
        draft(closed, noted("the other stream is open")),
        draft(open_, said("a"), access=1),
    ]
    found = verdicts(any_log.append(drafts=drafts, at=NOON))
    assert found == ["missing", "blocked", "repeat", "stale", "new", "new", "new", "new"]
    positions = [event.position for event in any_log.read_tenant(after=0, limit=10)]
    assert positions == [1, 2, 3, 4, 5], "a refused draft leaves no hole"


def test_order_is_kept(any_log: AnyLog) -> None:
    subjects = sorted((opened(any_log) for _ in range(4)), reverse=True)
    drafts = [draft(subjects[n % 4], said(str(n)), str(n)) for n in range(40)]
    any_log.append(drafts=drafts, at=NOON)
    assert [e.body["text"] for e in any_log.read_tenant(after=0, limit=50)] == [str(n) for n in range(40)]
    for n, subject in enumerate(subjects):
        found = any_log.read_stream(stream=subject, after=0, limit=50)
        assert [e.body["text"] for e in found] == [str(m) for m in range(n, 40, 4)]
        assert [e.seq for e in found] == list(range(1, 11))


def test_reading_after_and_at_most(any_log: AnyLog) -> None:
    subject = opened(any_log)
    any_log.append(drafts=[draft(subject, said(str(n))) for n in range(5)], at=NOON)
    assert [e.seq for e in any_log.read_stream(stream=subject, after=2, limit=2)] == [3, 4]
    assert [e.position for e in any_log.read_tenant(after=3, limit=10)] == [4, 5]
    assert any_log.read_tenant(after=5, limit=10) == any_log.read_stream(stream=subject, after=9, limit=10) == []
    assert any_log.read_stream(stream=new_subject(), after=0, limit=10) == []


def test_nothing_is_nothing(any_log: AnyLog) -> None:
    assert any_log.append(drafts=[], at=NOON) == []


@pytest.mark.parametrize(
    ("refusal", "bad"),
    [
        (StreamMissing, draft(new_subject(), said("x"))),
        (ClientIdReused, draft(UUID(int=0), said("other"), "1")),
        (StreamBlocked, draft(UUID(int=1), noted("x"))),
        (StaleAccess, draft(UUID(int=0), said("x"), access=7)),
    ],
)
def test_a_command_is_refused_as_a_whole(tenant: TenantRef, refusal: type[Exception], bad: Draft) -> None:
    commands = CommandLog(tenant=tenant)
    subject = opened(commands)
    commands.append(drafts=[draft(subject, said("first"), "1")], at=NOON)
    staff = stream_of(subject=subject, audience=Audience.STAFF)
    commands.change_stream(stream=staff, is_open=False, access=1)
    if bad.subject.int < 2:
        bad = draft(subject, bad.fact, bad.client_id, access=bad.access)
    with tenant_context(tenant):
        with pytest.raises(refusal), transaction.atomic():
            log.append(drafts=[draft(subject, said("fine")), bad], at=NOON)
        with transaction.atomic():
            again = log.append(drafts=[draft(subject, said("first"), "1")], at=NOON)
        assert [event.position for event in again] == [1]
        assert log.get_position() == 1
    assert [event.seq for event in commands.read_tenant(after=0, limit=10)] == [1]


class SameLog(RuleBasedStateMachine):
    """Random batches into the log in memory and into PostgreSQL's, by both ways: nobody can tell them apart."""

    subjects = Bundle("subjects")

    def __init__(self, *, commands: CommandLog, writer: WriterLog) -> None:
        """Go on where the tenant's log is."""
        super().__init__()
        self.memory = MemoryLog()
        self.commands = commands
        self.writer = writer
        with tenant_context(commands.tenant):
            self.start = log.get_position()

    @initialize(target=subjects)
    def first_subject(self) -> UUID:
        """Make sure that there is one."""
        return self._open()

    @rule(target=subjects)
    def another_subject(self) -> UUID:
        """Open a subject's streams."""
        return self._open()

    def _open(self) -> UUID:
        subject = new_subject()
        self.memory.open_streams(subject=subject)
        self.commands.open_streams(subject=subject)
        return subject

    @rule(subject=subjects, audience=st.sampled_from(Audience), is_open=st.booleans(), access=st.integers(1, 2))
    def change_stream(self, subject: UUID, audience: Audience, is_open: bool, access: int) -> None:
        """Move a guard."""
        stream = stream_of(subject=subject, audience=audience)
        self.memory.change_stream(stream=stream, is_open=is_open, access=access)
        self.commands.change_stream(stream=stream, is_open=is_open, access=access)

    @rule(
        drafts=st.lists(
            st.builds(
                lambda subject, fact, client_id, sender, access: draft(
                    subject, fact, client_id, sender=sender, access=access
                ),
                subjects | st.builds(new_subject),
                st.sampled_from([said("a"), said("b"), noted("a")]),
                st.sampled_from([None, "1", "2"]),
                st.sampled_from([ADA, BEN]),
                st.sampled_from([None, None, 1, 2]),
            ),
            min_size=1,
            max_size=6,
        ),
        through=st.sampled_from(["command", "writer"]),
    )
    def append(self, drafts: list[Draft], through: str) -> None:
        """Write the same batch into both."""
        way = self.commands if through == "command" else self.writer
        expected = self.memory.append(drafts=drafts, at=NOON)
        found = way.append(drafts=drafts, at=NOON)
        assert self.answered(found) == self.answered(expected)
        assert [self.told(o.recorded, self.start) for o in found] == [self.told(o.recorded, 0) for o in expected]

    @invariant()
    def reads_the_same(self) -> None:
        """Compare the whole logs."""
        found = self.commands.read_tenant(after=self.start, limit=1000)
        expected = self.memory.read_tenant(after=0, limit=1000)
        assert [self.told(event, self.start) for event in found] == [self.told(event, 0) for event in expected]

    @staticmethod
    def answered(outcomes: list[Outcome]) -> list[str]:
        """Leave aside who was first: the writer finds its own events again where it judges the rest of a batch."""
        return ["written" if outcome.recorded else outcome.verdict for outcome in outcomes]

    @staticmethod
    def told(event: Recorded | None, start: int) -> object:
        """Answer what must be the same of an event; the writer reads the clock itself."""
        return event and (event.stream, event.seq, event.position - start, event.kind, event.client_id, event.body)


def test_memory_and_postgresql_cannot_be_told_apart(tenant: TenantRef, writer_log: WriterLog) -> None:
    class Bound(SameLog):
        def __init__(self) -> None:
            super().__init__(commands=CommandLog(tenant=tenant), writer=writer_log)

    thorough = effort(max_examples=20, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(Bound, settings=thorough)
