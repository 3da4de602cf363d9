"""What may become of a message, by whom and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from conversations.threads.actors import Actor
from conversations.threads.amending import rules
from conversations.threads.events import MessageEdited, MessageRecalled, ReactionAdded, ReactionRemoved
from tenants.refusals import Invalid, NotAllowed
from tests.rules.scenario import CUSTOMER, NOON, STRANGER, person

ADA, BEN, SUE = person("Ada", "agent"), person("Ben", "agent"), person("Sue", "supervisor")
WINDOW = timedelta(minutes=15)
SAID = rules.Said(seq=3, author="member", sender=ADA.id, at=NOON, text="helo", is_last=True)
ASKED = rules.Said(seq=2, author="contact", sender=CUSTOMER.id, at=NOON, text="hi", is_last=False)


def edit(said: rules.Said, actor: Actor, text: str = "hello", after: timedelta = timedelta(0)) -> object:
    return rules.edit(said=said, actor=actor, text=text, window=WINDOW, now=NOON + after)


def recall(said: rules.Said, actor: Actor, after: timedelta = timedelta(0)) -> object:
    return rules.recall(said=said, actor=actor, window=WINDOW, now=NOON + after)


def test_its_author_edits_it() -> None:
    assert edit(SAID, ADA) == [MessageEdited(seq=3, text="hello", is_last=True)]
    assert edit(ASKED, CUSTOMER) == [MessageEdited(seq=2, text="hello", is_last=False)]
    assert edit(SAID, ADA, "helo") == [], "the same words are no news"
    assert edit(SAID, ADA, after=WINDOW) == [MessageEdited(seq=3, text="hello", is_last=True)]


@pytest.mark.parametrize(("said", "actor"), [(SAID, BEN), (SAID, SUE), (SAID, CUSTOMER), (ASKED, ADA), (ASKED, SUE)])
def test_nobody_else_does(said: rules.Said, actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        edit(said, actor)


def test_a_contact_who_turned_out_to_be_another_is_still_the_author() -> None:
    assert edit(ASKED, STRANGER) == [MessageEdited(seq=2, text="hello", is_last=False)]


def test_not_for_ever() -> None:
    for act in (edit, recall):
        with pytest.raises(rules.TooLate):
            act(SAID, ADA, after=WINDOW + timedelta(seconds=1))
    with pytest.raises(rules.TooLate):
        rules.edit(said=SAID, actor=ADA, text="x", window=timedelta(0), now=NOON + timedelta(microseconds=1))


def test_recall() -> None:
    assert recall(SAID, ADA) == [MessageRecalled(seq=3, by="member", is_last=True)]
    assert recall(ASKED, CUSTOMER) == [MessageRecalled(seq=2, by="contact", is_last=False)]
    assert recall(replace(SAID, is_recalled=True), ADA) == []
    with pytest.raises(NotAllowed):
        recall(SAID, BEN)


def test_leads_recall_what_others_said_at_any_time() -> None:
    for said in (SAID, ASKED):
        expected = MessageRecalled(seq=said.seq, by="member", is_last=said.is_last)
        assert recall(said, SUE, after=timedelta(days=9)) == [expected]


def test_what_was_recalled_is_not_edited_or_reacted_to() -> None:
    gone = replace(SAID, is_recalled=True, text="")
    with pytest.raises(rules.MessageIsRecalled):
        edit(gone, ADA)
    with pytest.raises(rules.MessageIsRecalled):
        rules.react(said=gone, actor=ADA, emoji="👍", reactions={}, on=True)


def react(actor: Actor, emoji: str, reactions: dict[str, list[str]], *, on: bool = True) -> dict[str, list[str]]:
    for fact in rules.react(said=SAID, actor=actor, emoji=emoji, reactions=reactions, on=on):
        assert isinstance(fact, ReactionAdded | ReactionRemoved)
        reactions = rules.apply_reaction(reactions=reactions, actor=actor, fact=fact)
    return reactions


def test_one_of_a_kind_each() -> None:
    kept = react(ADA, "👍", {})
    assert react(ADA, "👍", kept) == kept
    kept = react(CUSTOMER, "👍", react(ADA, "🎉", kept))
    assert kept == {"👍": [str(ADA.id), "contact"], "🎉": [str(ADA.id)]}
    kept = react(ADA, "👍", kept, on=False)
    assert kept == {"👍": ["contact"], "🎉": [str(ADA.id)]}
    assert react(ADA, "🎉", kept, on=False) == {"👍": ["contact"]}
    assert react(BEN, "👍", kept, on=False) == kept, "what is not there is not taken off"


def test_the_same_picture_is_the_same_kind() -> None:
    kept = react(BEN, "❤", react(ADA, "❤️", {}))
    assert kept == {"❤️": [str(ADA.id), str(BEN.id)]}
    assert react(ADA, "❤", kept, on=False) == {"❤️": [str(BEN.id)]}


def test_kinds_have_an_end() -> None:
    full: dict[str, list[str]] = {chr(0x1F600 + n): ["contact"] for n in range(20)}
    with pytest.raises(rules.TooManyReactions):
        react(ADA, "👍", full)
    assert len(react(ADA, chr(0x1F600), full)) == 20


@pytest.mark.parametrize(
    "emoji", ["👍", "👍🏽", "❤️", "❤", "👩‍💻", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇨🇳", "1️⃣", "✅", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺️", "🙏", "㊗️"]
)
def test_emoji(emoji: str) -> None:
    assert rules.is_emoji(text=emoji)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "1",
        "好",
        "👍👍",
        "👍 ",
        " 👍",
        "👍a",
        "👍\n",
        "\u200d",
        "\ufe0f",
        "🇨",
        "🇨🇳🇨🇳",
        "<b>",
        "👍\u200d",
        "\x00",
        ":)",
    ],
)
def test_what_is_no_single_emoji(text: str) -> None:
    assert not rules.is_emoji(text=text)
    with pytest.raises(Invalid):
        react(ADA, text, {})
