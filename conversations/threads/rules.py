"""Everything that decides what may happen in a conversation lives here. Pure: no I/O, no clock.

REST, websocket, replay and readers all ask these functions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import UNSET

from conversations.contacts.rules import ContactBlocked
from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import (
    ConversationAssigned,
    ConversationPrioritized,
    ConversationRead,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationStarted,
    ConversationTagged,
    ConversationWoken,
    MessagePosted,
    NotePosted,
    Priority,
    Side,
)
from tenants.members.permissions import NOTES_READ, PERSONAL_READ, READS_PERSONAL
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal

MOST_TAGS: Final = 20
_SIGN: Final = re.compile("[@＠]")
LONGEST_SNOOZE: Final = timedelta(days=366)


class ConversationIsResolved(Refusal):
    """This conversation is resolved; reopen it first."""

    code = "closed"
    status = 409


class AlreadyTaken(Refusal):
    """A colleague answers here already."""

    code = "already_taken"
    status = 409


class NotThereYet(Refusal):
    """Nothing with this seq has been said yet."""

    code = "not_there_yet"
    status = 409


class NothingToAnswer(Refusal):
    """There is no such message in this conversation."""

    code = "nothing_to_answer"
    status = 409


class TooManyTags(Refusal):
    """A conversation has at most 20 tags; take some off first."""

    code = "too_many_tags"
    status = 409


class NotTaken(Refusal):
    """Nobody answers here yet; take it first."""

    code = "not_taken"
    status = 409


@dataclass(frozen=True, slots=True)
class Conversation:
    """What deciding needs to know of a conversation. `status_seq` is the public seq at which the status was set.

    `snoozed_seq` is the one at which it was snoozed; None: it is not. What is snoozed is open and somebody's.
    `blocked`: nothing is taken from its contact.
    """

    id: UUID
    contact: UUID
    status: Literal["open", "resolved"] = "open"
    status_seq: int = 0
    assignee: UUID | None = None
    tags: tuple[str, ...] = ()
    priority: Priority = "none"
    snoozed_seq: int | None = None
    snoozed_until: datetime | None = None
    blocked: bool = False


def apply(*, state: Conversation, fact: Fact, seq: int) -> Conversation:
    """Answer the conversation after the fact at `seq`; facts that change nothing here leave it as it is."""
    match fact:
        case ConversationStarted():
            state = replace(state, status_seq=seq)
        case ConversationResolved():
            state = replace(state, status="resolved", status_seq=seq)
        case ConversationReopened():
            state = replace(state, status="open", status_seq=seq)
        case ConversationAssigned(to=to):
            state = replace(state, assignee=to, snoozed_seq=None, snoozed_until=None)
        case ConversationSnoozed(until=until, after=after):
            state = replace(state, snoozed_seq=after, snoozed_until=until)
        case ConversationWoken():
            state = replace(state, snoozed_seq=None, snoozed_until=None)
        case ConversationTagged(tags=tags):
            state = replace(state, tags=tags)
        case ConversationPrioritized(priority=priority):
            state = replace(state, priority=priority)
    return state


def side_of(*, actor: Actor) -> Side:
    """Answer on which side of the counter somebody is."""
    return "contact" if actor.kind == "contact" else "member"


def check_view(*, contact: UUID, actor: Actor) -> None:
    """Refuse who may not see the public side: another contact's conversation does not exist for a contact."""
    if actor.kind == "contact":
        if contact != actor.id:
            raise NotFound
    elif not actor.may("conversations.view"):
        raise NotAllowed


def check_staff(*, contact: UUID, actor: Actor) -> None:
    """Refuse who may not see the staff side: no contact ever, not even that there is one."""
    _check_side(contact, actor)
    if not sees_notes(actor=actor):
        raise NotAllowed


def sees_notes(*, actor: Actor) -> bool:
    """Tell whether what colleagues say among themselves is shown: to members, and to keys with the scope for it."""
    return actor.kind != "contact" and (actor.kind != "key" or actor.may(NOTES_READ))


def sees_personal(*, actor: Actor) -> bool:
    """Tell whether names and texts are shown: a key needs the scope for it, a member a role that allows it."""
    needed = {"key": PERSONAL_READ, "member": READS_PERSONAL}.get(actor.kind)
    return needed is None or actor.may(needed)


def check_write(*, contact: UUID, actor: Actor, blocked: bool = False) -> None:
    """Refuse who may not say something to the other side; `blocked`: from the contact nothing is taken."""
    check_view(contact=contact, actor=actor)
    if blocked and actor.kind == "contact":
        raise ContactBlocked
    if actor.kind != "contact" and not actor.may("conversations.reply"):
        raise NotAllowed


def post(*, actor: Actor, text: str, reply_to: int | None = None) -> MessagePosted:
    """Say something, perhaps in answer to a message. Asked with check_write and check_quote.

    A resolved conversation takes messages of its contact.
    """
    quoted = UNSET if reply_to is None else reply_to
    return MessagePosted(author=side_of(actor=actor), name=actor.name, text=text, reply_to=quoted)


def check_quote(*, reply_to: int | None, is_there: bool) -> None:
    """Refuse to answer what is no message of the conversation, which its contact may see: no note is ever quoted."""
    if reply_to is not None and not is_there:
        raise NothingToAnswer


def read(*, actor: Actor, seq: int) -> ConversationRead:
    """Have seen everything up to `seq`. Asked with check_view."""
    return ConversationRead(by=side_of(actor=actor), seq=seq)


def mark(*, actor: Actor, seq: int, head: int) -> list[Fact]:
    """Mark as read in a request of its own. Asked with check_write: who may not answer leaves no mark."""
    if seq > head:
        raise NotThereYet
    return [read(actor=actor, seq=seq)]


def note(
    *, state: Conversation, actor: Actor, text: str, mentions: Sequence[UUID] = (), reply_to: int | None = None
) -> list[Fact]:
    """Leave a word for colleagues, some of whom it names, perhaps about a message. Asked with check_quote."""
    _check(state, actor, "conversations.note")
    quoted = UNSET if reply_to is None else reply_to
    return [NotePosted(name=actor.name, text=text, mentions=tuple(mentions), reply_to=quoted)]


def may_name(*, text: str) -> bool:
    """Tell whether a text may name anybody at all."""
    return _SIGN.search(text) is not None


def find_mentions(*, text: str, colleagues: Mapping[UUID, str]) -> list[UUID]:
    """Answer whom a text names as @name, in the order of the text; of several names that fit, the longest.

    Capitals make no difference. All who are called the same are named.
    """
    names = sorted(colleagues.items(), key=lambda each: -len(each[1]))
    found: dict[UUID, None] = {}
    for at in _SIGN.finditer(text):
        rest = text[at.end() :].casefold()
        fit = [(member, name) for member, name in names if _begins(rest, name.casefold())]
        found |= {member: None for member, name in fit if len(name) == len(fit[0][1])}
    return list(found)


def _begins(rest: str, name: str) -> bool:
    """Tell whether a text begins with a name, and not with a longer word; Chinese has no gaps between words."""
    after = rest[len(name) : len(name) + 1]
    return bool(name) and rest.startswith(name) and not (name[-1].isascii() and after.isascii() and after.isalnum())


def tag(*, state: Conversation, actor: Actor, add: Sequence[str], remove: Sequence[str]) -> list[Fact]:
    """Put labels on and take some off, whether or not it is resolved; a word in both is taken off.

    A word is the same in capitals: all are kept small, in their order. What changes nothing is nothing.
    """
    _check(state, actor, "conversations.note")
    before, off = set(state.tags), {word.lower() for word in remove}
    after = (before | {word.lower() for word in add}) - off
    if after == before:
        return []
    if len(after) > max(MOST_TAGS, len(before)):
        raise TooManyTags
    added, removed = sorted(after - before), sorted(before - after)
    return [ConversationTagged(tags=tuple(sorted(after)), added=tuple(added), removed=tuple(removed))]


def prioritize(*, state: Conversation, actor: Actor, priority: Priority) -> list[Fact]:
    """Say how urgent it is."""
    _check(state, actor, "conversations.note")
    return [] if state.priority == priority else [ConversationPrioritized(priority=priority)]


def take(*, state: Conversation, actor: Actor) -> list[Fact]:
    """Answer from now on. Who has it already stays; from a colleague only those who may assign can take it."""
    _check(state, actor, "conversations.take")
    if state.status == "resolved":
        raise ConversationIsResolved
    if state.assignee == actor.id:
        return []
    if state.assignee is not None and not actor.may("conversations.assign"):
        raise AlreadyTaken
    return [ConversationAssigned(to=actor.id, name=actor.name)]


def assign(*, state: Conversation, actor: Actor, to: UUID | None, name: str | None) -> list[Fact]:
    """Give it to somebody or to nobody. Who has it may hand it on; others need to be allowed to assign."""
    _check_side(state.contact, actor)
    if not actor.may("conversations.assign") and not (state.assignee == actor.id and actor.may("conversations.take")):
        raise NotAllowed
    return [] if state.assignee == to else [ConversationAssigned(to=to, name=name)]


def resolve(*, state: Conversation, actor: Actor) -> list[Fact]:
    """Call the matter settled."""
    _check(state, actor, "conversations.resolve")
    if state.status == "resolved":
        return []
    woken = [] if state.snoozed_seq is None else [ConversationWoken(reason="resolved")]
    return [*woken, ConversationResolved()]


def reopen(*, state: Conversation, actor: Actor) -> list[Fact]:
    """Take the matter up again."""
    _check(state, actor, "conversations.resolve")
    return [] if state.status == "open" else [ConversationReopened()]


def is_reopened_by(*, state: Conversation, seq: int) -> bool:
    """Tell whether what the contact said at `seq` takes the matter up again: not if it was settled after that."""
    return state.status == "resolved" and state.status_seq < seq


def snooze(*, state: Conversation, actor: Actor, until: datetime | None, head: int, now: datetime) -> list[Fact]:
    """Put it away until then or until its contact writes; `head` is the public seq that the actor may have seen.

    Whoever has it may, and those who may assign.
    """
    _check_snoozing(state, actor)
    if state.status == "resolved":
        raise ConversationIsResolved
    if state.assignee is None:
        raise NotTaken
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        detail = "Name a time to come, within a year."
        raise Invalid(errors=[{"field": "until", "code": "invalid", "detail": detail}])
    if state.snoozed_seq is not None and state.snoozed_until == until:
        return []
    return [ConversationSnoozed(until=until, after=head)]


def wake(*, state: Conversation, actor: Actor) -> list[Fact]:
    """Have it back now."""
    _check_snoozing(state, actor)
    return [] if state.snoozed_seq is None else [ConversationWoken(reason="asked")]


def wake_by_itself(*, state: Conversation, heard: int, now: datetime) -> list[Fact]:
    """Answer how what is snoozed comes back by itself; `heard` is the public seq of its contact's last word."""
    if state.snoozed_seq is None:
        return []
    if heard > state.snoozed_seq:
        return [ConversationWoken(reason="reply")]
    is_over = state.snoozed_until is not None and state.snoozed_until <= now
    return [ConversationWoken(reason="time")] if is_over else []


def _check_snoozing(state: Conversation, actor: Actor) -> None:
    _check_side(state.contact, actor)
    its_own = state.assignee in {None, actor.id} and actor.may("conversations.take")
    if not its_own and not actor.may("conversations.assign"):
        raise NotAllowed


def _check(state: Conversation, actor: Actor, permission: str) -> None:
    _check_side(state.contact, actor)
    if not actor.may(permission):
        raise NotAllowed


def _check_side(contact: UUID, actor: Actor) -> None:
    """For a contact the desk does not exist; everybody else must see the conversation to do anything with it."""
    if actor.kind == "contact":
        raise NotFound
    check_view(contact=contact, actor=actor)
