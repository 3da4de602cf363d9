"""Who has to agree: how many of whom, in which order, by when, and who stands in. No database, no clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from conversations.threads.actors import Actor
from conversations.tickets.approvals import rules, state
from conversations.tickets.approvals.rules import ApprovalIsAsked, ApprovalIsMissing, NotAsked
from conversations.tickets.events import TicketFilledIn, TicketMerged
from conversations.tickets.kind.approval import ApprovalRule, How
from conversations.tickets.kind.body import BUILT_IN, Status, TicketType, check_type
from conversations.tickets.kind.form import Field
from conversations.tickets.kind.people import Tell
from conversations.tickets.rules import changing
from conversations.tickets.rules.changing import Family, Wanted
from conversations.tickets.rules.ticket import Ticket, erased, fold
from tenants.refusals import Invalid, Refusal
from tests.rules.test_tickets import A, B, ticket

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANN, BEN, CY, DEE, EVE = (Actor("member", UUID(int=100 + n), name) for n, name in enumerate("abcde"))
ID = UUID(int=7)


class Desk:
    """A ticket of which something is asked, and the time that passes."""

    def __init__(self, how: How, *people: Sequence[Actor], **said: Any) -> None:
        self.now, self.ticket = NOON, ticket()
        self.rule = replace(ApprovalRule(name="Refund", approvers=(Tell(owner=True),), how=how), **said)
        self.people = people
        self.deputies = (EVE,) if self.rule.within is not UNSET else ()
        self.ask()

    def ask(self, *, id_: UUID = ID, asker: Actor = DEE) -> None:
        people = [[each.id for each in entry] for entry in self.people]
        self.hear(
            rules.ask(
                ticket=self.ticket,
                approval=id_,
                key="refund",
                rule=self.rule,
                people=people,
                deputies=[each.id for each in self.deputies],
                text="30 EUR",
                actor=asker,
                now=self.now,
            )
        )

    def say(self, *who: Actor, approves: bool = True) -> str:
        """Let these answer, one after the other; answer how it stands then."""
        for one in who:
            self.hear(
                rules.answer(
                    ticket=self.ticket, approval=ID, actor=one, approves=approves, text="because", now=self.now
                )
            )
        return self.state

    def wait(self, hours: float) -> str:
        self.now += hours * HOUR
        self.hear(state.catch_up(ticket=A, approvals=self.ticket.approvals, now=self.now))
        return self.state

    @property
    def state(self) -> str:
        return self.ticket.approvals[0].state

    @property
    def asked(self) -> set[UUID]:
        return set(self.ticket.approvals[0].asked)

    def hear(self, facts: Sequence[Any]) -> None:
        self.ticket = fold(ticket=self.ticket, events=[(fact, self.now) for fact in facts])


def test_one_is_enough_and_then_nobody_is_asked() -> None:
    desk = Desk("one", [ANN, BEN], [BEN, CY])
    assert desk.asked == {ANN.id, BEN.id, CY.id}
    assert desk.say(BEN) == "granted"
    assert desk.asked == set()
    with pytest.raises(NotAsked):
        desk.say(ANN)


@pytest.mark.parametrize("how", ["one", "all", "in_order"])
def test_one_who_does_not_agree_is_enough(how: How) -> None:
    assert Desk(how, [ANN], [BEN]).say(ANN, approves=False) == "refused"


def test_all_of_them() -> None:
    desk = Desk("all", [ANN], [BEN, CY])
    assert desk.say(ANN, CY) == "asked"
    assert desk.asked == {BEN.id}
    with pytest.raises(NotAsked):
        desk.say(ANN)
    assert desk.say(BEN) == "granted"


def test_some_of_them() -> None:
    desk = Desk("some", [ANN, BEN, CY], count=2)
    assert desk.say(ANN, approves=False) == "asked"
    assert desk.say(BEN) == "asked"
    assert desk.say(CY) == "granted"
    assert Desk("some", [ANN, BEN, CY], count=2).say(ANN, BEN, approves=False) == "refused"


def test_one_after_the_other_each_with_their_time() -> None:
    desk = Desk("in_order", [ANN, BEN], [CY], within=60)
    assert desk.asked == {ANN.id, BEN.id}
    with pytest.raises(NotAsked):
        desk.say(CY)
    desk.wait(0.9)
    assert desk.say(BEN) == "asked"
    assert desk.asked == {CY.id}
    assert desk.wait(0.9) == "asked"
    assert desk.say(CY) == "granted"


def test_deputies_stand_in_when_time_is_up() -> None:
    desk = Desk("all", [ANN, BEN, CY], within=60)
    with pytest.raises(NotAsked):
        desk.say(EVE)
    desk.say(ANN)
    desk.wait(1)
    assert desk.asked == {BEN.id, CY.id, EVE.id}
    assert desk.say(EVE) == "granted", "a deputy's word is that of all who are missing"


def test_it_expires_when_the_deputies_time_is_up_too() -> None:
    desk = Desk("one", [ANN], within=60)
    assert state.find_due(approvals=desk.ticket.approvals) == NOON + HOUR
    assert desk.wait(1.5) == "asked"
    assert state.find_due(approvals=desk.ticket.approvals) == NOON + 2 * HOUR, "counted from when it was due"
    assert desk.wait(0.5) == "expired"
    assert state.find_due(approvals=desk.ticket.approvals) is None
    with pytest.raises(NotAsked):
        desk.say(ANN)
    assert Desk("one", [ANN], within=60).wait(5) == "expired", "who looks late sees both"


def test_whoever_asks_is_not_asked() -> None:
    desk = Desk("one", [ANN, DEE])
    assert desk.asked == {ANN.id}
    with pytest.raises(Invalid):
        Desk("one", [DEE])
    with pytest.raises(Invalid):
        Desk("some", [ANN, DEE], count=2)
    with pytest.raises(ApprovalIsAsked):
        desk.ask(id_=B)


def refund() -> TicketType:
    statuses = (*BUILT_IN.statuses, Status(key="paid", name="Paid", category="solved", demands="refund"))
    rule = ApprovalRule(name="Refund", approvers=(Tell(owner=True),))
    return check_type(replace(BUILT_IN, statuses=statuses, approvals={"refund": rule}))


def go_on(state_: Ticket, **said: Any) -> list[Any]:
    wanted = Wanted(status="paid", **said)
    return list(changing.change(ticket=state_, body=refund(), wanted=wanted, family=Family()))


def test_a_status_is_gone_on_to_once_for_each_approval() -> None:
    desk = Desk("one", [ANN])
    with pytest.raises(ApprovalIsMissing):
        go_on(desk.ticket)
    desk.say(ANN)
    facts = go_on(desk.ticket)
    assert [type(each).__name__ for each in facts] == ["TicketApprovalUsed", "TicketMoved"]
    desk.hear(facts)
    again = replace(desk.ticket, status="open", category="open", settled_at=None)
    with pytest.raises(ApprovalIsMissing):
        go_on(again)
    with pytest.raises(ApprovalIsMissing):
        changing.open_ticket(
            begun=changing.Begun(id=B, type="t", version=1, body=refund()),
            wanted=Wanted(title="T", status="paid"),
            family=Family(),
            actor=DEE,
        )


def test_what_was_filled_in_since_nobody_has_approved() -> None:
    desk = Desk("one", [ANN])
    desk.say(ANN)
    form = replace(refund().form, properties={"sum": Field(type="number")})
    wanted = Wanted(status="paid", fields={"sum": 9000})
    with pytest.raises(ApprovalIsMissing):
        changing.change(ticket=desk.ticket, body=replace(refund(), form=form), wanted=wanted, family=Family())
    desk.hear([TicketFilledIn(ticket=A, fields={"sum": 9000})])
    assert desk.state == "outdated"


def test_nobody_is_asked_about_what_is_over() -> None:
    desk = Desk("one", [ANN], within=60)
    desk.hear([TicketMerged(ticket=A, into=B)])
    assert desk.state == "withdrawn"
    assert desk.wait(9) == "withdrawn"


def test_erased_are_the_words_and_nothing_else() -> None:
    desk = Desk("all", [ANN], [BEN])
    desk.say(ANN)
    (left,) = erased(ticket=desk.ticket).approvals
    assert (left.text, left.answers[0].text) == ("", "")
    assert (left.asked, left.steps) == (desk.ticket.approvals[0].asked, desk.ticket.approvals[0].steps)


@pytest.mark.parametrize(
    "rule",
    [
        ApprovalRule(name="R", approvers=()),
        ApprovalRule(name="R", approvers=(Tell(),)),
        ApprovalRule(name="R", approvers=(Tell(owner=True, team="x"),)),
        ApprovalRule(name="R", approvers=(Tell(owner=True),), how="some"),
        ApprovalRule(name="R", approvers=(Tell(owner=True),), count=2),
        ApprovalRule(name="R", approvers=(Tell(owner=True),), deputies=(Tell(team="x"),)),
    ],
)
def test_rules_that_do_not_go_together(rule: ApprovalRule) -> None:
    with pytest.raises(Refusal):
        check_type(replace(BUILT_IN, approvals={"r": rule}))


def test_a_status_demands_what_there_is() -> None:
    statuses = (*BUILT_IN.statuses, Status(key="paid", name="Paid", category="solved", demands="nothing"))
    with pytest.raises(Invalid):
        check_type(replace(BUILT_IN, statuses=statuses))
    only = tuple(replace(each, demands="refund") for each in BUILT_IN.statuses)
    with pytest.raises(Invalid):
        check_type(replace(refund(), statuses=only))
