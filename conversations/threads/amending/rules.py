"""Everything that decides what may become of a message lives here. Pure: no I/O, no clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import MessageEdited, MessageRecalled, ReactionAdded, ReactionRemoved, Side
from conversations.threads.rules import side_of
from tenants.refusals import Invalid, NotAllowed, Refusal

RECALL: Final = "conversations.recall"
ORIGINALS: Final = "conversations.originals"
MOST_KINDS: Final = 20
CONTACT: Final = "contact"

_PICTURE: Final = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f004-\U0001f1e5\U0001f201-\U0001f3fa\U0001f400-\U0001faff]"
)
_VARIANT: Final = "\ufe0f"
_ONE: Final = f"{_PICTURE}{_VARIANT}?[\U0001f3fb-\U0001f3ff]?"
_FLAG: Final = "[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f"
_KEYCAP: Final = f"[0-9#*]{_VARIANT}?\u20e3"
_EMOJI: Final = re.compile(f"(?:{_FLAG}|{_KEYCAP}|{_ONE}(?:\u200d{_ONE}){{0,4}})\\Z")


class TooLate(Refusal):
    """The time in which this message could be changed is over."""

    code = "too_late"
    status = 409


class MessageIsRecalled(Refusal):
    """This message was recalled."""

    code = "recalled"
    status = 409


class TooManyReactions(Refusal):
    """A message has at most 20 kinds of reactions."""

    code = "too_many_reactions"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message as it is now: said `at` a time by `sender`; `is_last`: no other came after it."""

    seq: int
    author: Side
    sender: UUID | None
    at: datetime
    text: str
    is_last: bool
    is_recalled: bool = False


def edit(*, said: Said, actor: Actor, text: str, window: timedelta, now: datetime) -> list[Fact]:
    """Let a message say something else; its author may, within the window. Asked with check_write."""
    _check_author(said, actor)
    _check_there(said)
    _check_window(said, window, now)
    return [] if said.text == text else [MessageEdited(seq=said.seq, text=text, is_last=said.is_last)]


def recall(*, said: Said, actor: Actor, window: timedelta, now: datetime) -> list[Fact]:
    """Take a message back: its author within the window, or at any time whoever may for others. Asked with check_write.

    Again it is nothing.
    """
    if not actor.may(RECALL):
        _check_author(said, actor)
        _check_window(said, window, now)
    if said.is_recalled:
        return []
    return [MessageRecalled(seq=said.seq, by=side_of(actor=actor), is_last=said.is_last)]


def react(*, said: Said, actor: Actor, emoji: str, reactions: Mapping[str, Sequence[str]], on: bool) -> list[Fact]:
    """Put an emoji to a message or take it off; again it is nothing. Asked with check_write."""
    if not is_emoji(text=emoji):
        raise Invalid(errors=[{"field": "emoji", "code": "invalid", "detail": "It must be one emoji."}])
    _check_there(said)
    known = find_kind(emoji=emoji, reactions=reactions)
    has = known is not None and who_reacts(actor=actor) in reactions[known]
    if has == on:
        return []
    if not on:
        return [ReactionRemoved(seq=said.seq, by=side_of(actor=actor), emoji=known or emoji)]
    if known is None and len(reactions) >= MOST_KINDS:
        raise TooManyReactions
    return [ReactionAdded(seq=said.seq, by=side_of(actor=actor), emoji=known or emoji)]


def apply_reaction(
    *, reactions: Mapping[str, Sequence[str]], actor: Actor, fact: ReactionAdded | ReactionRemoved
) -> dict[str, list[str]]:
    """Answer the reactions after one of the actor's; a kind that nobody has any more is gone."""
    after = {kind: list(whose) for kind, whose in reactions.items()}
    whose = [each for each in after.get(fact.emoji, []) if each != who_reacts(actor=actor)]
    if isinstance(fact, ReactionAdded):
        whose.append(who_reacts(actor=actor))
    after[fact.emoji] = whose
    return {kind: whose for kind, whose in after.items() if whose}


def who_reacts(*, actor: Actor) -> str:
    """Answer under what name somebody's reactions are kept: a contact may turn out to be another one."""
    return CONTACT if actor.kind == "contact" else str(actor.id)


def find_kind(*, emoji: str, reactions: Mapping[str, Sequence[str]]) -> str | None:
    """Answer the emoji as others have put it: the same picture may come with a variant or without."""
    plain = emoji.replace(_VARIANT, "")
    return next((kind for kind in reactions if kind.replace(_VARIANT, "") == plain), None)


def is_emoji(*, text: str) -> bool:
    """Tell whether a text is one emoji and nothing else: a picture, several joined into one, a flag, a key's cap."""
    return _EMOJI.match(text) is not None


def _check_author(said: Said, actor: Actor) -> None:
    """A contact sees conversations of their own alone, and is all who ever wrote there as its contact."""
    if said.author != side_of(actor=actor) or (actor.kind != "contact" and said.sender != actor.id):
        raise NotAllowed


def _check_there(said: Said) -> None:
    if said.is_recalled:
        raise MessageIsRecalled


def _check_window(said: Said, window: timedelta, now: datetime) -> None:
    if now - said.at > window:
        raise TooLate
