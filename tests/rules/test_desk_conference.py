"""Two answer in one conversation: who may ask whom, who comes, and what that makes of it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from conversations.desk.rules.conference import NotInvited, decline_invitation, invite, join, leave
from conversations.desk.rules.offers import AtCapacity
from conversations.desk.rules.work import Work, fold
from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import ConversationAssigned, ConversationResolved
from conversations.threads.rules import Conversation, ConversationIsResolved
from tenants.members.permissions import PERMISSIONS
from tenants.refusals import NotAllowed, NotFound

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
AMY, BEN, CEM = (Actor("member", uuid4(), name, PERMISSIONS["agent"]) for name in ("Amy", "Ben", "Cem"))
LEAD = Actor("member", uuid4(), "Lea", PERMISSIONS["supervisor"])
VIEWER = Actor("member", uuid4(), "Vic", PERMISSIONS["viewer"])
STATE = Conversation(id=uuid4(), contact=uuid4(), assignee=AMY.id)
CONTACT = Actor("contact", STATE.contact, "Mei")


def made(*facts: Fact) -> Work:
    work = Work(conversation=STATE.id)
    return fold(work=work, events=[(fact, NOW) for fact in (ConversationAssigned(to=AMY.id, name="Amy"), *facts)])


def ask(actor: Actor = AMY, to: Actor = BEN, work: Work | None = None) -> list[Fact]:
    return invite(state=STATE, work=work or made(), actor=actor, to=to.id, name=to.name, words="Look")


def test_whoever_has_it_asks_a_colleague_who_comes_and_goes() -> None:
    asked = made(*ask())
    assert (asked.invited, asked.joined, asked.member) == ((BEN.id,), (), AMY.id)
    there = made(*ask(), *join(state=STATE, work=asked, actor=BEN, has_room=True))
    assert (there.invited, there.joined, there.member) == ((), (BEN.id,), AMY.id)
    gone = made(*ask(), *leave(state=STATE, work=there, actor=BEN))
    assert (gone.invited, gone.joined, gone.member) == ((), (), AMY.id)


def test_who_does_not_have_it_asks_nobody_but_those_who_assign_do() -> None:
    with pytest.raises(NotAllowed):
        ask(actor=CEM)
    with pytest.raises(NotFound):
        ask(actor=CONTACT)
    assert ask(actor=LEAD)
    resolved = Conversation(id=STATE.id, contact=STATE.contact, status="resolved", assignee=AMY.id)
    with pytest.raises(ConversationIsResolved):
        invite(state=resolved, work=made(), actor=AMY, to=BEN.id, name="Ben", words="")


def test_who_is_there_or_asked_already_is_not_asked_again() -> None:
    assert ask(to=AMY) == []
    assert ask(work=made(*ask())) == []
    assert ask(work=made(*ask(), *join(state=STATE, work=made(*ask()), actor=BEN, has_room=True))) == []


def test_nobody_comes_unasked_or_with_too_much_to_do() -> None:
    with pytest.raises(NotInvited):
        join(state=STATE, work=made(), actor=BEN, has_room=True)
    with pytest.raises(AtCapacity):
        join(state=STATE, work=made(*ask()), actor=BEN, has_room=False)
    assert join(state=STATE, work=made(*ask(to=LEAD)), actor=LEAD, has_room=False)
    with pytest.raises(NotAllowed):
        join(state=STATE, work=made(*ask(to=VIEWER)), actor=VIEWER, has_room=True)


def test_who_declines_is_asked_no_more() -> None:
    declined = made(*ask(), *decline_invitation(state=STATE, work=made(*ask()), actor=BEN))
    assert (declined.invited, declined.joined) == ((), ())
    with pytest.raises(NotInvited):
        decline_invitation(state=STATE, work=declined, actor=BEN)
    assert leave(state=STATE, work=declined, actor=BEN) == []


def test_who_gets_it_is_not_there_besides_and_when_it_is_resolved_nobody_is() -> None:
    there = [*ask(), *join(state=STATE, work=made(*ask()), actor=BEN, has_room=True)]
    handed = made(*there, ConversationAssigned(to=BEN.id, name="Ben"))
    assert (handed.member, handed.joined) == (BEN.id, ())
    assert made(*there, *ask(to=CEM), ConversationResolved()).joined == ()
    assert made(*there, *ask(to=CEM), ConversationResolved()).invited == ()
