"""What goes over HTTP about conversations. Names and texts are null for keys without leave to see them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.inbox.body import Greeting, OutsideHours
from conversations.definitions.inbox.form import FormField
from conversations.threads.events import Priority, Side
from conversations.threads.feed import EventShown
from conversations.threads.words import Assignee, TextBody
from tenants.bodies import Body
from tenants.describing import Answer, Listed
from tenants.paging import PageQuery

MOST_EVENTS: Final = 1000

Expand = Literal["contact", "inbox", "contact,inbox", "inbox,contact"]
Tag = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\s,]+( [^\s,]+)*(?![\s\S])")]
Tags = Annotated[list[Tag], Meta(max_length=20)]
Seq = Annotated[int, Meta(ge=1, le=2**53)]


class MessageBody(TextBody, frozen=True):
    """Something said, perhaps in answer to the message with the seq `reply_to`."""

    reply_to: Seq | UnsetType | None = UNSET

    @property
    def quoted(self) -> int | None:
        """Answer the seq of the message that it answers."""
        return None if isinstance(self.reply_to, UnsetType) else self.reply_to


class AssignBody(Body, frozen=True):
    """To whom; null gives it back to nobody."""

    member: UUID | None


class TagsBody(Body, frozen=True):
    """Which labels to put on and which to take off, if they are there; capitals make no difference."""

    add: Tags = []
    remove: Tags = []


class PriorityBody(Body, frozen=True):
    """How urgent it is."""

    priority: Priority


class SnoozeBody(Body, frozen=True):
    """Until when; null: until its contact writes, which ends it in any case."""

    until: Annotated[datetime, Meta(tz=True)] | None


class ReadBody(Body, frozen=True):
    """Up to which message of the conversation everything was read."""

    seq: Seq


class ConversationsQuery(PageQuery, frozen=True):
    """Which conversations: `assignee` is a member's id, `me` or `none`, `inbox` a key, `tag` one that it has.

    What to show in full of each.
    """

    status: Literal["open", "resolved"] | UnsetType = UNSET
    assignee: Assignee | UnsetType = UNSET
    contact: UUID | UnsetType = UNSET
    inbox: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    tag: Tag | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    snoozed: bool | UnsetType = UNSET
    order: Literal["last_at", "-last_at"] = "-last_at"
    expand: Expand | UnsetType = UNSET


class ConversationQuery(Body, frozen=True):
    """What to show in full of a conversation."""

    expand: Expand | UnsetType = UNSET


class NotesQuery(PageQuery, frozen=True):
    """Which notes: by default the oldest first."""

    order: Literal["seq", "-seq"] = "seq"


class MessagesQuery(PageQuery, frozen=True):
    """Which messages: by default the oldest first."""

    order: Literal["seq", "-seq"] = "seq"


class EventsQuery(Body, frozen=True):
    """After which position (left out: from the first that is kept), at most how many, and of which kinds.

    Kinds are parted by commas; left out: all.
    """

    after: Annotated[int, Meta(ge=0, le=2**53)] | UnsetType = UNSET
    limit: Annotated[int, Meta(ge=1, le=MOST_EVENTS)] = 50
    kinds: Annotated[str, Meta(max_length=2000)] | UnsetType = UNSET


class Of(Answer, frozen=True):
    """Whose conversation it is, and whether the company's site vouches for that.

    Expanded it is what /api/v1/contacts/{id} answers; the rest is left out otherwise.
    """

    id: UUID
    name: str | None
    vouched: bool
    blocked: bool
    external_id: str | None
    created_at: datetime | UnsetType = UNSET
    email: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    merged_into: UUID | UnsetType | None = UNSET


class Through(Answer, frozen=True):
    """The inbox it came through.

    Expanded it is what /api/v1/inboxes/{key} answers; the rest is left out otherwise, and of an inbox that is retired.
    """

    key: str
    name: str
    version: int | UnsetType = UNSET
    channel: Literal["webchat"] | UnsetType = UNSET
    origins: list[str] | UnsetType = UNSET
    greeting: Greeting | UnsetType = UNSET
    color: str | UnsetType = UNSET
    calendar: str | UnsetType | None = UNSET
    require_vouching: bool | UnsetType = UNSET
    queue: str | UnsetType | None = UNSET
    outside_hours: OutsideHours | UnsetType = UNSET
    form: list[FormField] | UnsetType = UNSET
    edit_window_s: int | UnsetType = UNSET


class ConversationShown(Answer, frozen=True):
    """A conversation as lists show it. `*_seq` are seqs of what its contact may see.

    `contact_id` is who writes in it, `contact` as whom that one is shown: somebody may have merged them.
    """

    id: UUID
    status: Literal["open", "resolved"]
    assignee: UUID | None
    tags: list[str] | None
    priority: Priority
    snoozed: bool
    snoozed_until: datetime | None
    contact_id: UUID
    contact: Of
    inbox: Through
    started_at: datetime
    last_at: datetime
    last_text: str | None
    last_author: Side | None
    public_seq: int
    unread: int
    contact_read_seq: int
    member_read_seq: int


class ConversationPage(Listed[ConversationShown], frozen=True):
    """A page, and the position from which live delivery or the feed goes on."""

    position: int


class Reactions(Answer, frozen=True):
    """Who has put an emoji to a message: its contact perhaps, and members or keys by their ids."""

    emoji: str
    contact: bool
    members: list[UUID]


class Original(Answer, frozen=True):
    """What a message said before, from `at` on."""

    text: str
    at: datetime


class OriginalTexts(Answer, frozen=True):
    """All that a message said before what it says now, the oldest first."""

    originals: list[Original]


class Message(Answer, frozen=True):
    """A message. `id` is its sender's own, `sender` a person's, contact's or key's.

    `reply_to` is the seq of the message that it answers. Once it was edited, `text` is what it says now; once it was
    recalled, nothing.
    """

    id: str | None
    seq: int
    position: int
    at: datetime
    author: Side
    sender: UUID | None
    name: str | None
    text: str | None
    files: list[str]
    reply_to: int | None
    edited_at: datetime | None
    recalled_at: datetime | None
    reactions: list[Reactions]


class Note(Answer, frozen=True):
    """An internal note. `id` is its writer's own, `sender` a person's or a key's; `seq` counts what colleagues see.

    `mentions` are the members whom it names, `reply_to` is the seq of the message that it is about.
    """

    id: str | None
    seq: int
    position: int
    at: datetime
    sender: UUID | None
    name: str | None
    text: str | None
    mentions: list[UUID]
    reply_to: int | None


class EventPage(Listed[EventShown], frozen=True):
    """Events by position, and the position to go on from (`after`), whether or not there is a `next` page already."""

    position: int


def shown(said: msgspec.Struct) -> Any:
    """Answer an answer as plain data."""
    return msgspec.to_builtins(said)
