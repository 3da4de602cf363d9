"""What may happen in a conversation, to whom, and what follows."""

from datetime import datetime, timedelta

import msgspec
import pytest

from conversations.contacts.rules import ContactBlocked
from conversations.threads import rules
from conversations.threads.actors import SYSTEM, Actor
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
from tenants.members.permissions import Role
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal
from tests.rules.scenario import CUSTOMER, NOON, STRANGER, Command, given, person

ADA, BEN = person("Ada", "agent"), person("Ben", "agent")
SUE, VIC = person("Sue", "supervisor"), person("Vic", "viewer")
ADA_HAS_IT = ConversationAssigned(to=ADA.id, name="Ada")
SUE_HAS_IT = ConversationAssigned(to=SUE.id, name="Sue")
NOBODY_HAS_IT = ConversationAssigned(to=None, name=None)
RESOLVED, REOPENED = ConversationResolved(), ConversationReopened()


def test_take_what_nobody_has() -> None:
    given().when(lambda s: rules.take(state=s, actor=ADA)).then(ADA_HAS_IT)


def test_take_twice_is_once() -> None:
    given(ADA_HAS_IT).when(lambda s: rules.take(state=s, actor=ADA)).then_nothing()


def test_take_from_a_colleague() -> None:
    given(ADA_HAS_IT).when(lambda s: rules.take(state=s, actor=BEN)).then_refused(rules.AlreadyTaken)
    given(ADA_HAS_IT).when(lambda s: rules.take(state=s, actor=SUE)).then(SUE_HAS_IT)
    given(ADA_HAS_IT, NOBODY_HAS_IT).when(lambda s: rules.take(state=s, actor=ADA)).then(ADA_HAS_IT)


def test_take_what_is_resolved() -> None:
    given(RESOLVED).when(lambda s: rules.take(state=s, actor=ADA)).then_refused(rules.ConversationIsResolved)
    given(RESOLVED, REOPENED).when(lambda s: rules.take(state=s, actor=ADA)).then(ADA_HAS_IT)


@pytest.mark.parametrize("actor", [ADA, SUE])
def test_hand_on(actor: Actor) -> None:
    told = given(ADA_HAS_IT).when(lambda s: rules.assign(state=s, actor=actor, to=BEN.id, name="Ben"))
    told.then(ConversationAssigned(to=BEN.id, name="Ben"))


@pytest.mark.parametrize("actor", [BEN, VIC])
def test_hand_on_what_a_colleague_has(actor: Actor) -> None:
    told = given(ADA_HAS_IT).when(lambda s: rules.assign(state=s, actor=actor, to=actor.id, name=actor.name))
    told.then_refused(NotAllowed)


def test_give_back() -> None:
    told = given(ADA_HAS_IT).when(lambda s: rules.assign(state=s, actor=ADA, to=None, name=None))
    told.then(NOBODY_HAS_IT)
    given().when(lambda s: rules.assign(state=s, actor=SUE, to=None, name=None)).then_nothing()
    given().when(lambda s: rules.assign(state=s, actor=ADA, to=None, name=None)).then_refused(NotAllowed)


def test_resolve_and_reopen_are_once() -> None:
    given().when(lambda s: rules.resolve(state=s, actor=ADA)).then(RESOLVED)
    given(RESOLVED).when(lambda s: rules.resolve(state=s, actor=BEN)).then_nothing()
    given(RESOLVED).when(lambda s: rules.reopen(state=s, actor=BEN)).then(REOPENED)
    given(RESOLVED).when(lambda s: rules.reopen(state=s, actor=SYSTEM)).then(REOPENED)
    given().when(lambda s: rules.reopen(state=s, actor=ADA)).then_nothing()


def test_a_message_reopens_only_what_was_settled_before_it() -> None:
    asked = MessagePosted(author="contact", name="#1", text="hello")
    story = given(asked, RESOLVED, asked)
    assert [rules.is_reopened_by(state=story.state, seq=seq) for seq in (1, 3)] == [False, True]
    story.given(REOPENED)
    assert not rules.is_reopened_by(state=story.state, seq=3)
    story.given(RESOLVED)
    assert not rules.is_reopened_by(state=story.state, seq=3)


def test_a_note_stays_with_the_staff() -> None:
    story = given(MessagePosted(author="contact", name="#1", text="hello"))
    story.when(lambda s: rules.note(state=s, actor=ADA, text="canary")).then(NotePosted(name="Ada", text="canary"))
    story.when(lambda s: rules.take(state=s, actor=ADA)).then(ADA_HAS_IT)
    assert story.seen_by_the_customer() == [MessagePosted(author="contact", name="#1", text="hello")]


def test_notes_are_taken_when_resolved() -> None:
    given(RESOLVED).when(lambda s: rules.note(state=s, actor=ADA, text="x")).then(NotePosted(name="Ada", text="x"))


@pytest.mark.parametrize("actor", [CUSTOMER, STRANGER])
def test_a_contact_asks_for_nothing_of_the_staff(actor: Actor) -> None:
    story = given(ADA_HAS_IT)
    story.when(lambda s: rules.take(state=s, actor=actor)).then_refused(NotFound)
    story.when(lambda s: rules.assign(state=s, actor=actor, to=None, name=None)).then_refused(NotFound)
    story.when(lambda s: rules.note(state=s, actor=actor, text="x")).then_refused(NotFound)
    story.when(lambda s: rules.resolve(state=s, actor=actor)).then_refused(NotFound)
    story.when(lambda s: rules.reopen(state=s, actor=actor)).then_refused(NotFound)
    with pytest.raises(NotFound):
        rules.check_staff(contact=CUSTOMER.id, actor=actor)


def test_a_viewer_only_looks() -> None:
    rules.check_view(contact=CUSTOMER.id, actor=VIC)
    rules.check_staff(contact=CUSTOMER.id, actor=VIC)
    with pytest.raises(NotAllowed):
        rules.check_write(contact=CUSTOMER.id, actor=VIC)
    story = given()
    story.when(lambda s: rules.take(state=s, actor=VIC)).then_refused(NotAllowed)
    story.when(lambda s: rules.assign(state=s, actor=VIC, to=None, name=None)).then_refused(NotAllowed)
    story.when(lambda s: rules.note(state=s, actor=VIC, text="x")).then_refused(NotAllowed)
    story.when(lambda s: rules.resolve(state=s, actor=VIC)).then_refused(NotAllowed)


def test_another_contacts_conversation_does_not_exist() -> None:
    rules.check_write(contact=CUSTOMER.id, actor=CUSTOMER)
    for check in (rules.check_view, rules.check_write):
        with pytest.raises(NotFound):
            check(contact=CUSTOMER.id, actor=STRANGER)


def test_from_a_blocked_contact_nothing_is_taken() -> None:
    rules.check_view(contact=CUSTOMER.id, actor=CUSTOMER)
    with pytest.raises(ContactBlocked):
        rules.check_write(contact=CUSTOMER.id, actor=CUSTOMER, blocked=True)
    with pytest.raises(NotFound):  # that it is blocked is nobody else's to know
        rules.check_write(contact=CUSTOMER.id, actor=STRANGER, blocked=True)
    rules.check_write(contact=CUSTOMER.id, actor=ADA, blocked=True)


@pytest.mark.parametrize("role", list(Role))
def test_who_may_write(role: Role) -> None:
    actor = person("Role", role)
    if role is Role.VIEWER:
        with pytest.raises(NotAllowed):
            rules.check_write(contact=CUSTOMER.id, actor=actor)
    else:
        rules.check_write(contact=CUSTOMER.id, actor=actor)


def test_a_member_without_any_role_sees_nothing() -> None:
    nobody = Actor("member", ADA.id, "Nobody")
    with pytest.raises(NotAllowed):
        rules.check_view(contact=CUSTOMER.id, actor=nobody)


def test_who_speaks_is_said_by_the_actor() -> None:
    assert rules.post(actor=CUSTOMER, text="a") == MessagePosted(author="contact", name="Customer", text="a")
    assert rules.post(actor=ADA, text="b") == MessagePosted(author="member", name="Ada", text="b")
    assert rules.read(actor=CUSTOMER, seq=3) == ConversationRead(by="contact", seq=3)
    assert rules.read(actor=ADA, seq=4) == ConversationRead(by="member", seq=4)


TAGGED = ConversationTagged(tags=("refund", "vip"), added=("refund", "vip"), removed=())


def test_tags_are_small_and_in_their_order() -> None:
    given().when(lambda s: rules.tag(state=s, actor=ADA, add=["VIP", "refund", "vip"], remove=[])).then(TAGGED)
    given(TAGGED).when(lambda s: rules.tag(state=s, actor=ADA, add=["Vip"], remove=["new"])).then_nothing()
    off = given(TAGGED).when(lambda s: rules.tag(state=s, actor=ADA, add=["vip", "late"], remove=["VIP"]))
    off.then(ConversationTagged(tags=("late", "refund"), added=("late",), removed=("vip",)))


def test_tags_are_few() -> None:
    many = [f"t{n:02}" for n in range(rules.MOST_TAGS)]
    full = ConversationTagged(tags=tuple(many), added=tuple(many), removed=())
    given().when(lambda s: rules.tag(state=s, actor=ADA, add=many, remove=[])).then(full)
    given(full).when(lambda s: rules.tag(state=s, actor=ADA, add=["x"], remove=[])).then_refused(rules.TooManyTags)
    swapped = ConversationTagged(tags=(*many[1:], "x"), added=("x",), removed=("t00",))
    given(full).when(lambda s: rules.tag(state=s, actor=ADA, add=["x"], remove=["t00"])).then(swapped)


def test_priority_is_said_once() -> None:
    high = ConversationPrioritized(priority="high")
    given().when(lambda s: rules.prioritize(state=s, actor=ADA, priority="high")).then(high)
    given(high, RESOLVED).when(lambda s: rules.prioritize(state=s, actor=ADA, priority="high")).then_nothing()


@pytest.mark.parametrize(("actor", "refusal"), [(VIC, NotAllowed), (CUSTOMER, NotFound), (STRANGER, NotFound)])
def test_who_may_label(actor: Actor, refusal: type[Refusal]) -> None:
    given().when(lambda s: rules.tag(state=s, actor=actor, add=["x"], remove=[])).then_refused(refusal)
    given().when(lambda s: rules.prioritize(state=s, actor=actor, priority="low")).then_refused(refusal)


ONE = NOON + timedelta(hours=1)
SNOOZED = ConversationSnoozed(until=ONE, after=4)


def snooze(actor: Actor, until: datetime | None = ONE) -> Command:
    return lambda s: rules.snooze(state=s, actor=actor, until=until, head=4, now=NOON)


def wakes(heard: int, now: datetime) -> Command:
    return lambda s: rules.wake_by_itself(state=s, heard=heard, now=now)


def test_who_has_it_snoozes_it_and_may_change_their_mind() -> None:
    given(ADA_HAS_IT).when(snooze(ADA)).then(SNOOZED)
    given(ADA_HAS_IT, SNOOZED).when(snooze(ADA)).then_nothing()
    given(ADA_HAS_IT, SNOOZED).when(snooze(ADA, None)).then(ConversationSnoozed(until=None, after=4))
    given(ADA_HAS_IT, SNOOZED).when(lambda s: rules.wake(state=s, actor=ADA)).then(ConversationWoken(reason="asked"))
    given(ADA_HAS_IT).when(lambda s: rules.wake(state=s, actor=ADA)).then_nothing()


def test_who_may_not_snooze() -> None:
    given(ADA_HAS_IT).when(snooze(BEN)).then_refused(NotAllowed)
    given(ADA_HAS_IT).when(snooze(VIC)).then_refused(NotAllowed)
    given(ADA_HAS_IT).when(snooze(CUSTOMER)).then_refused(NotFound)
    given(ADA_HAS_IT).when(snooze(SUE)).then(SNOOZED)
    given().when(snooze(ADA)).then_refused(rules.NotTaken)
    given(ADA_HAS_IT, RESOLVED).when(snooze(ADA)).then_refused(rules.ConversationIsResolved)
    given(ADA_HAS_IT, SNOOZED).when(lambda s: rules.wake(state=s, actor=BEN)).then_refused(NotAllowed)


def test_snoozing_ends_within_a_year() -> None:
    for until in (NOON, NOON - timedelta(seconds=1), NOON + rules.LONGEST_SNOOZE + timedelta(seconds=1)):
        given(ADA_HAS_IT).when(snooze(ADA, until)).then_refused(Invalid)


def test_it_comes_back_by_itself_once() -> None:
    time, reply = ConversationWoken(reason="time"), ConversationWoken(reason="reply")
    given(ADA_HAS_IT, SNOOZED).when(wakes(4, ONE - timedelta(seconds=1))).then_nothing()
    given(ADA_HAS_IT, SNOOZED).when(wakes(4, ONE)).then(time)
    given(ADA_HAS_IT, SNOOZED).when(wakes(5, NOON)).then(reply)
    given(ADA_HAS_IT, SNOOZED, time).when(wakes(5, ONE)).then_nothing()
    given(ADA_HAS_IT, ConversationSnoozed(until=None, after=4)).when(
        wakes(4, NOON + timedelta(days=999))
    ).then_nothing()


def test_assigning_and_resolving_end_it() -> None:
    given(ADA_HAS_IT, SNOOZED, ConversationAssigned(to=BEN.id, name="Ben")).when(wakes(9, ONE)).then_nothing()
    given(ADA_HAS_IT, SNOOZED).when(lambda s: rules.resolve(state=s, actor=ADA)).then(
        ConversationWoken(reason="resolved"), ConversationResolved()
    )


def test_an_answer_names_a_message() -> None:
    assert rules.post(actor=ADA, text="this one", reply_to=2) == MessagePosted(
        author="member", name="Ada", text="this one", reply_to=2
    )
    assert b"reply_to" not in msgspec.json.encode(rules.post(actor=ADA, text="plain")), "as before there were quotes"
    about = NotePosted(name="Ada", text="see this", reply_to=2)
    given().when(lambda s: rules.note(state=s, actor=ADA, text="see this", reply_to=2)).then(about)


def test_what_is_no_message_is_not_answered() -> None:
    rules.check_quote(reply_to=None, is_there=False)
    rules.check_quote(reply_to=2, is_there=True)
    with pytest.raises(rules.NothingToAnswer):
        rules.check_quote(reply_to=2, is_there=False)
