"""What can happen that a rule follows, by the name that rules have for it, and what is said in it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from conversations.automation.rule.types import Type
from conversations.desk import events as desk
from conversations.engine.events import Fact, Recorded
from conversations.threads import events as threads
from conversations.threads.actors import is_automatic
from conversations.tickets import events as tickets

Subject = Literal["conversation", "ticket"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Events of one kind, perhaps only those of one side and by people; `said` are the fields that their body has."""

    fact: type[Fact]
    subject: Subject
    said: Mapping[str, Type] = field(default_factory=dict)
    author: threads.Side | None = None
    by_hand: bool = False

    def fits(self, event: Recorded) -> bool:
        """Tell whether an event of its kind is one of these."""
        if self.author is not None and event.body.get("author") != self.author:
            return False
        return not (self.by_hand and is_automatic(client_id=event.client_id))


_PROMISE: Final = {"promise": Type.WORD, "policy": Type.WORD}

TRIGGERS: Final[Mapping[str, Trigger]] = {
    "conversation.started": Trigger(threads.ConversationStarted, "conversation", {"channel": Type.WORD}),
    # A word of a rule's own is no answer of anybody's, and sets nothing off.
    "message.received": Trigger(threads.MessagePosted, "conversation", {"text": Type.TEXT}, author="contact"),
    "message.sent": Trigger(threads.MessagePosted, "conversation", {"text": Type.TEXT}, author="member", by_hand=True),
    "note.posted": Trigger(threads.NotePosted, "conversation", {"text": Type.TEXT}, by_hand=True),
    "conversation.assigned": Trigger(threads.ConversationAssigned, "conversation", {"to": Type.MEMBER}),
    "conversation.tagged": Trigger(
        threads.ConversationTagged, "conversation", {"added": Type.TAGS, "removed": Type.TAGS}
    ),
    "conversation.prioritized": Trigger(threads.ConversationPrioritized, "conversation", {"priority": Type.PRIORITY}),
    "conversation.snoozed": Trigger(threads.ConversationSnoozed, "conversation"),
    "conversation.woken": Trigger(threads.ConversationWoken, "conversation", {"reason": Type.WORD}),
    "conversation.resolved": Trigger(threads.ConversationResolved, "conversation"),
    "conversation.reopened": Trigger(threads.ConversationReopened, "conversation"),
    "conversation.queued": Trigger(
        desk.ConversationQueued, "conversation", {"queue": Type.WORD, "reason": Type.WORD, "team": Type.WORD}
    ),
    "conversation.transferred": Trigger(
        desk.ConversationTransferred, "conversation", {"agent": Type.MEMBER, "team": Type.WORD, "queue": Type.WORD}
    ),
    "ticket.opened": Trigger(tickets.TicketOpened, "ticket", {"by": Type.WORD}),
    "ticket.described": Trigger(tickets.TicketDescribed, "ticket"),
    "ticket.moved": Trigger(
        tickets.TicketMoved, "ticket", {"status": Type.WORD, "category": Type.WORD, "was": Type.WORD}
    ),
    "ticket.customer_commented": Trigger(
        tickets.TicketCommented, "ticket", {"text": Type.TEXT}, author="contact", by_hand=True
    ),
    "ticket.answered": Trigger(tickets.TicketCommented, "ticket", {"text": Type.TEXT}, author="member", by_hand=True),
    "ticket.noted": Trigger(tickets.TicketNoted, "ticket", {"text": Type.TEXT}, by_hand=True),
    "ticket.filled_in": Trigger(tickets.TicketFilledIn, "ticket"),
    "ticket.prioritized": Trigger(tickets.TicketPrioritized, "ticket", {"priority": Type.PRIORITY}),
    "ticket.assigned": Trigger(tickets.TicketAssigned, "ticket", {"owner": Type.MEMBER, "team": Type.WORD}),
    "ticket.escalated": Trigger(tickets.TicketEscalated, "ticket", {**_PROMISE, "level": Type.WORD}),
    "ticket.promise_broken": Trigger(tickets.TicketPromiseBroken, "ticket", _PROMISE),
    "ticket.promise_kept": Trigger(tickets.TicketPromiseKept, "ticket", {**_PROMISE, "late": Type.BOOL}),
}

_BY_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(name for name, trigger in TRIGGERS.items() if trigger.fact.kind == kind)
    for kind in {trigger.fact.kind for trigger in TRIGGERS.values()}
}


def names_of(*, event: Recorded) -> list[str]:
    """Answer what rules call an event: nothing where no rule can follow it."""
    return [name for name in _BY_KIND.get(event.kind, ()) if TRIGGERS[name].fits(event)]


def say(*, event: Recorded) -> dict[str, Any]:
    """Answer the fields of an event, by their names in conditions."""
    said = {f"event.{name}": value for name, value in event.body.items()}
    return {**said, "event.at": event.at, "event.automatic": is_automatic(client_id=event.client_id)}
