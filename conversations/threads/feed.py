"""What of the log programs are shown, in the change feed and wherever else events leave here: which kinds, and how."""

from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.engine.events import Audience, Recorded, get_kind, get_kinds, get_permission
from conversations.engine.streams import audience_of, subject_of
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.rules import sees_notes
from tenants.describing import Answer
from tenants.refusals import Refusal


class EventShown(Answer, frozen=True):
    """An event; `conversation` is null for what is none's, `sender` where nobody did it but Yunke itself.

    The catalogue of events says what each kind's body holds.
    """

    position: int
    kind: str
    audience: Audience
    conversation: UUID | None
    seq: int
    at: datetime
    sender: UUID | None
    id: str | None
    body: dict[str, Any]


class EventsCut(Refusal):
    """What comes right after this position is kept no more: `from` ... `to` are gone, and the rest comes after `to`."""

    code = "gap"
    status = 410

    def __init__(self, *, gap: tuple[int, int] = (0, 0)) -> None:
        """Say which positions are gone, the first and the last of them."""
        super().__init__()
        self.more = {"from": gap[0], "to": gap[1]}


def kinds_seen(*, actor: Actor) -> frozenset[str]:
    """Answer the kinds of events that somebody who may see conversations is shown."""
    return frozenset(kind for kind in get_kinds() if sees(actor=actor, kind=kind))


def sees(*, actor: Actor, kind: str) -> bool:
    """Tell whether somebody who may see conversations is shown events of a kind."""
    permission = get_permission(kind=kind)
    if permission is not None:
        return actor.may(permission) and (not get_kind(kind=kind).among_staff or sees_notes(actor=actor))
    return get_kind(kind=kind).audience is Audience.PUBLIC or sees_notes(actor=actor)


def conversation_of(*, event: Recorded) -> UUID | None:
    """Answer of which conversation an event is, if it is of one."""
    return None if get_permission(kind=event.kind) else subject_of(stream=event.stream)


def show(*, event: Recorded, personal: bool) -> EventShown:
    """Answer an event as it is shown; what is personal in it is null unless `personal`."""
    return EventShown(
        position=event.position,
        kind=event.kind,
        audience=audience_of(stream=event.stream),
        conversation=conversation_of(event=event),
        seq=event.seq,
        at=event.at,
        sender=None if event.sender == SYSTEM.id else event.sender,
        id=event.client_id,
        body=event.body if personal else blank(event=event),
    )


def blank(*, event: Recorded) -> dict[str, Any]:
    """Answer an event's body without what is personal in it."""
    personal = get_kind(kind=event.kind).personal
    return {name: None if name in personal else value for name, value in event.body.items()}
