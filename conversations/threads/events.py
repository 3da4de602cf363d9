"""What can happen in a conversation. A name said in a fact is the name as it was shown then."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from conversations.engine.events import Audience, Fact, fact

Side = Literal["contact", "member"]
Priority = Literal["none", "low", "normal", "high", "urgent"]


@fact(kind="conversation.started.v1", audience=Audience.PUBLIC)
class ConversationStarted(Fact, frozen=True):
    """A contact opened a conversation through `inbox` (its key)."""

    inbox: str
    channel: str


@fact(kind="conversation.introduced.v1", audience=Audience.PUBLIC, personal=("answers",))
class ConversationIntroduced(Fact, frozen=True):
    """What the contact said before the first message: the `language` to answer in, and the form's fields by key."""

    language: str | None
    answers: dict[str, str]


@fact(kind="message.posted.v1", audience=Audience.PUBLIC, personal=("name", "text"))
class MessagePosted(Fact, frozen=True):
    """Somebody said something to the other side; `reply_to` is the seq of the message that it answers.

    Left out where it answers none: the version of the code before then reads it, too. So is `replaced`, which says that
    the message was edited or recalled since: then `text` is empty, and a later event tells what it says.
    """

    author: Side
    name: str
    text: str
    files: tuple[str, ...] = ()
    reply_to: int | UnsetType = UNSET
    replaced: bool | UnsetType = UNSET


@fact(kind="message.edited.v1", audience=Audience.PUBLIC, personal=("text",))
class MessageEdited(Fact, frozen=True):
    """The message at `seq` says `text` from now on; `is_last`: no other message came after it.

    Whatever of it was on the log until now is `replaced`, and empty.
    """

    seq: int
    text: str
    is_last: bool
    replaced: bool | UnsetType = UNSET


@fact(kind="message.recalled.v1", audience=Audience.PUBLIC)
class MessageRecalled(Fact, frozen=True):
    """The message at `seq` says nothing any more; `by`: its own side or the other one. What it said is `replaced`."""

    seq: int
    by: Side
    is_last: bool


@fact(kind="reaction.added.v1", audience=Audience.PUBLIC)
class ReactionAdded(Fact, frozen=True):
    """Somebody of this side has put an emoji to the message at `seq`; the same one at most once each."""

    seq: int
    by: Side
    emoji: str


@fact(kind="reaction.removed.v1", audience=Audience.PUBLIC)
class ReactionRemoved(Fact, frozen=True):
    """They have taken it off again."""

    seq: int
    by: Side
    emoji: str


@fact(kind="conversation.read.v1", audience=Audience.PUBLIC)
class ConversationRead(Fact, frozen=True):
    """One side has seen everything up to `seq`."""

    by: Side
    seq: int


@fact(kind="conversation.resolved.v1", audience=Audience.PUBLIC)
class ConversationResolved(Fact, frozen=True):
    """The matter is settled, as far as its agent knows."""


@fact(kind="conversation.reopened.v1", audience=Audience.PUBLIC)
class ConversationReopened(Fact, frozen=True):
    """The matter is not settled after all."""


@fact(kind="conversation.assigned.v1", audience=Audience.STAFF, personal=("name",))
class ConversationAssigned(Fact, frozen=True):
    """`to` (a person) answers from now on; None: nobody does."""

    to: UUID | None
    name: str | None


@fact(kind="conversation.tagged.v1", audience=Audience.STAFF, personal=("tags", "added", "removed"))
class ConversationTagged(Fact, frozen=True):
    """The company's own labels of it are `tags` from now on, in their order; some were `added`, some `removed`.

    They are words that somebody typed, so that a name may stand in them.
    """

    tags: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@fact(kind="conversation.prioritized.v1", audience=Audience.STAFF)
class ConversationPrioritized(Fact, frozen=True):
    """How urgent the company takes it to be from now on."""

    priority: Priority


@fact(kind="conversation.snoozed.v1", audience=Audience.STAFF)
class ConversationSnoozed(Fact, frozen=True):
    """Whoever has it wants to see it no sooner than `until`, or when its contact says something; None: only then.

    `after` is the public seq at which that was said. To assign it ends this, too.
    """

    until: datetime | None
    after: int


@fact(kind="conversation.woken.v1", audience=Audience.STAFF)
class ConversationWoken(Fact, frozen=True):
    """It is not snoozed any more: its time has come, its contact has written, or somebody wanted it so."""

    reason: Literal["time", "reply", "asked", "resolved"]


@fact(kind="note.posted.v1", audience=Audience.STAFF, personal=("name", "text"))
class NotePosted(Fact, frozen=True):
    """A member left a word for colleagues; those whom it names by `@` are the `mentions`.

    `reply_to` is the seq of the message, not of the note, that it is about.
    """

    name: str
    text: str
    mentions: tuple[UUID, ...] = ()
    reply_to: int | UnsetType = UNSET


@fact(kind="contact.merged.v1", audience=Audience.STAFF, personal=("name", "external_id"))
class ContactMerged(Fact, frozen=True):
    """The contact of this conversation, `was`, turned out to be `contact`, whom the company's site vouches for."""

    was: UUID
    contact: UUID
    name: str
    external_id: str


@fact(kind="contact.erased.v1", audience=Audience.PUBLIC)
class ContactErased(Fact, frozen=True):
    """Everything personal of this conversation's contact is gone: names and texts before this are empty now."""

    contact: UUID
