"""The judge of routing finds what it is there for: one history is right, each of the others wrong in one way."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from conversations.desk.events import ConversationOffered, ConversationOfferLapsed, ConversationQueued
from conversations.engine.events import Draft, Fact
from conversations.engine.memory import MemoryLog
from conversations.engine.streams import new_subject
from conversations.threads.events import ConversationAssigned, ConversationResolved, MessagePosted
from tests.guarantees.routing.judge import Judge

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA, BEN = UUID(int=1), UUID(int=2)
ASKED = MessagePosted(author="contact", name="#1", text="hello")
QUEUED = ConversationQueued(queue="help", reason="started", since=NOON, channel="webchat")
RESOLVED = ConversationResolved()


def offered(to: UUID) -> ConversationOffered:
    return ConversationOffered(to=to, name="", queue="help", until=NOON + timedelta(seconds=20), attempt=1)


def given(to: UUID) -> ConversationAssigned:
    return ConversationAssigned(to=to, name="")


Story = Callable[[UUID, UUID], list[tuple[UUID, Fact]]]


def judge(story: Story) -> Judge:
    """Let it happen on a log in memory, a second each, and judge it; Ada has room for one."""
    log, one, two = MemoryLog(), new_subject(), new_subject()
    for subject in (one, two):
        log.open_streams(subject=subject)
    for n, (subject, fact) in enumerate(story(one, two)):
        log.append(drafts=[Draft(subject=subject, fact=fact)], at=NOON + timedelta(seconds=n))
    found = Judge(room={ADA: 1, BEN: 9}, again=timedelta(seconds=1), seen={})
    found.read(events=log.events)
    return found


def test_what_is_right_is_found_right() -> None:
    steps = [ASKED, QUEUED, offered(ADA), given(ADA), RESOLVED]
    assert judge(lambda one, _: [(one, fact) for fact in steps]).wrong == []


@pytest.mark.parametrize(
    ("story", "wrong"),
    [
        (lambda one, _: [(one, fact) for fact in (ASKED, QUEUED, offered(ADA), offered(BEN), RESOLVED)], "was offered"),
        (lambda one, _: [(one, fact) for fact in (ASKED, QUEUED, given(ADA), given(BEN), RESOLVED)], "was given"),
        (lambda one, _: [(one, fact) for fact in (ASKED, QUEUED, offered(ADA), given(BEN), RESOLVED)], "was given"),
        (
            lambda one, two: [
                *((each, fact) for each in (one, two) for fact in (ASKED, QUEUED, offered(ADA))),
                *((each, RESOLVED) for each in (one, two)),
            ],
            "had 2 of 1",
        ),
        (lambda one, _: [(one, ASKED)], "were forgotten"),
        (
            lambda one, _: [
                (one, fact)
                for fact in (
                    ASKED,
                    QUEUED,
                    offered(ADA),
                    ConversationOfferLapsed(to=ADA, reason="timed_out"),
                    RESOLVED,
                )
            ],
            "too early",
        ),
    ],
)
def test_what_is_wrong_is_found(story: Story, wrong: str) -> None:
    (found,) = judge(story).wrong
    assert wrong in found
