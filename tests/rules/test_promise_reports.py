"""Reports of promises: why one was broken, and how sure a share of few is."""

from uuid import UUID

import pytest

from conversations.engine.events import Fact
from conversations.tickets.events import (
    TicketAssigned,
    TicketCommented,
    TicketHeard,
    TicketMoved,
    TicketOpened,
    TicketPrioritized,
)
from conversations.tickets.reports.rules import find_cause, interval, stand

T, ANN = UUID(int=2), UUID(int=7)
OPENED = TicketOpened(
    ticket=T,
    prefix="T",
    number=1,
    type="fault",
    version=1,
    title="",
    text="",
    status="new",
    category="new",
    by="member",
)


def assigned(owner: UUID | None, team: str | None) -> Fact:
    return TicketAssigned(ticket=T, owner=owner, name=None, team=team)


def moved(category: str) -> Fact:
    return TicketMoved(ticket=T, status=category, category=category, was="new")  # type: ignore[arg-type] # one of them


def said(author: str) -> Fact:
    return TicketCommented(ticket=T, author=author, name="", text="")  # type: ignore[arg-type] # one of them


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ([], "nobody_had_it"),
        ([assigned(None, "b")], "nobody_in_team"),
        ([assigned(None, "b"), moved("on_hold")], "nobody_in_team"),
        ([assigned(ANN, "b"), moved("on_hold")], "on_hold"),
        ([assigned(ANN, "b"), moved("on_hold"), moved("open")], "not_answered"),
        ([assigned(ANN, None)], "not_answered"),
        ([assigned(ANN, None), said("member")], "not_finished"),
        ([assigned(ANN, None), said("member"), said("contact")], "not_answered"),
        (
            [assigned(ANN, None), TicketHeard(ticket=T, conversation=T, seq=1, author="member")],
            "not_finished",
        ),
        ([assigned(ANN, None), assigned(None, None)], "nobody_had_it"),
    ],
)
def test_why_it_was_broken(facts: list[Fact], cause: str) -> None:
    assert find_cause(standing=stand(facts=[OPENED, *facts])) == cause


def test_what_it_was_like() -> None:
    facts = [OPENED, TicketPrioritized(ticket=T, priority="high"), assigned(ANN, "b")]
    found = stand(facts=facts)
    assert (found.type, found.priority, found.owner, found.team) == ("fault", "high", ANN, "b")


@pytest.mark.parametrize(
    ("kept", "of", "low", "high"),
    [(0, 0, 0, 1), (9, 10, 0.5958, 0.9821), (0, 10, 0, 0.2775), (10, 10, 0.7225, 1), (500, 1000, 0.4691, 0.5309)],
)
def test_few_say_little(kept: int, of: int, low: float, high: float) -> None:
    assert interval(kept=kept, of=of) == pytest.approx((low, high), abs=0.0002)
