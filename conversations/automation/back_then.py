"""What conditions would have seen at a moment that is past: conversations and tickets as their logs tell it until then.

What is known of contacts is today's, and so is everything where the log of that time is not kept any more.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conversations.automation.rule.fields import FIELD
from conversations.automation.rule.triggers import Subject, say
from conversations.automation.rules.scene import EVENT, Scene
from conversations.automation.seeing import Now
from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.engine.streams import streams_of, subject_of
from conversations.threads import events as threads
from conversations.threads.rules import Conversation
from conversations.threads.rules import apply as apply_to_conversation
from conversations.tickets.events import TicketOpened
from conversations.tickets.rules.ticket import Ticket
from conversations.tickets.rules.ticket import apply as apply_to_ticket

MOST: Final = 2000  # events of one conversation or ticket that are read to tell how it was
CHANGING: Final = (
    threads.ConversationStarted.kind,
    threads.ConversationAssigned.kind,
    threads.ConversationTagged.kind,
    threads.ConversationPrioritized.kind,
    threads.ConversationSnoozed.kind,
    threads.ConversationWoken.kind,
    threads.ConversationResolved.kind,
    threads.ConversationReopened.kind,
)


def look_back(*, event: Recorded, subject: Subject, at: datetime | None = None) -> tuple[Scene, "Then"]:
    """Answer what conditions saw of an event when it happened, or at another moment; and how that is known."""
    then = Then(subject=subject, event=event, at=at)
    return Scene(now=at or event.at, said=say(event=event), load=then.load), then


class Then:
    """A conversation or ticket as it was; `todays` are the groups of fields that are told as they are now."""

    def __init__(self, *, subject: Subject, event: Recorded, at: datetime | None) -> None:
        """As of the event, or of everything until a moment."""
        self._subject = subject
        self._id = subject_of(stream=event.stream)
        self._until: dict[str, Any] = {"position__lte": event.position} if at is None else {"at__lte": at}
        self.todays: set[str] = set()

    def load(self, group: str) -> Mapping[str, Any]:
        """Answer the values of a group of fields."""
        if group == self._subject:
            found = self._conversation() if group == "conversation" else self._ticket()
            if found is not None:
                return found
        if group != EVENT:
            self.todays.add(group)
        return Now(subject=self._subject, id_=self._id).load(group)

    def _conversation(self) -> Mapping[str, Any] | None:
        events = self._read(CHANGING)
        if not events or events[0].kind != threads.ConversationStarted.kind:
            return None
        state = Conversation(id=self._id, contact=UUID(int=0))
        for event in events:
            state = apply_to_conversation(state=state, fact=event.fact(), seq=event.seq)
        return {
            "conversation.status": state.status,
            "conversation.inbox": events[0].body["inbox"],
            "conversation.assignee": state.assignee,
            "conversation.tags": state.tags,
            "conversation.priority": state.priority,
            "conversation.snoozed": state.snoozed_seq is not None,
            "conversation.started_at": events[0].at,
        }

    def _ticket(self) -> Mapping[str, Any] | None:
        events = self._read(())
        opened = events[0].fact() if events else None
        if not isinstance(opened, TicketOpened):
            return None
        ticket = Ticket.begin(fact=opened, at=events[0].at)
        for event in events[1:]:
            ticket = apply_to_ticket(ticket=ticket, fact=event.fact(), at=event.at)
        names = ("type", "title", "text", "status", "category", "priority", "owner", "team", "opened_at")
        said = {f"ticket.{name}": getattr(ticket, name) for name in names}
        return said | {f"{FIELD}{key}": value for key, value in ticket.fields.items()}

    def _read(self, kinds: tuple[str, ...]) -> list[Recorded]:
        """Answer what happened until then; nothing where that is more than is read."""
        wanted: dict[str, Any] = {"kind__in": kinds} if kinds else {}
        rows = Event.objects.filter(stream__in=streams_of(subject=self._id), **self._until, **wanted)
        found = rows.order_by("position").values_list(*Recorded.__struct_fields__)[: MOST + 1]
        events = [Recorded(*row) for row in found]
        return events if len(events) <= MOST else []
