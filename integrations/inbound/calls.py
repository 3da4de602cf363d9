"""What a call may ask for: a typed union of commands, each with its own words, and what is answered."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.threads.events import Priority
from tenants.bodies import Body, read_body
from tenants.describing import Answer

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
# Somebody's or something's name in the partner's system, whatever that is.
Foreign = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^\S(.*\S)?(?![\s\S])")]
ClientId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(?![\s\S])")]
Text = Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
Attributes = Annotated[dict[str, Any], Meta(max_length=100)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]


class Whom(Body, frozen=True):
    """Somebody by the `id` that the partner's system has for them, and what it says of them now.

    What is left out stays as it was; attributes are by the keys of their definitions, null for one to be taken away.
    """

    id: Foreign
    name: Name | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254)] | UnsetType = UNSET
    phone: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET
    attributes: Attributes = msgspec.field(default_factory=dict)


class MessageCall(Body, frozen=True, tag_field="type", tag="message"):
    """A contact says something in a `thread` of the partner's, which is a conversation from its first message on.

    The same `id` in a thread is the same thing again; without one, the same webhook-id is.
    """

    thread: Foreign
    contact: Whom
    text: Text
    id: ClientId | UnsetType = UNSET


class ContactCall(Body, frozen=True, tag_field="type", tag="contact"):
    """This is known of a contact now, who is made the first time."""

    contact: Whom


class TicketCall(Body, frozen=True, tag_field="type", tag="ticket"):
    """Something is to be done, perhaps for a contact, perhaps out of a thread; `fields` are the form of its type."""

    title: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"\S")]
    text: Annotated[str, Meta(max_length=8000)] = ""
    ticket_type: Key = "general"
    fields: Attributes = msgspec.field(default_factory=dict)
    priority: Priority = "none"
    contact: Whom | None = None
    thread: Foreign | None = None


Call = MessageCall | ContactCall | TicketCall


def read_call(*, data: Any) -> Call:
    """Answer the call that a body is; raise Invalid that names the first field that does not fit."""
    shape: Any = Call
    call: Call = read_body(data=data, shape=shape)
    return call


class Taken(Answer, frozen=True):
    """What a call has come to; null is what it is not about. A message is `seq` in its conversation."""

    type: Literal["message", "contact", "ticket"]
    contact: UUID | None = None
    conversation: UUID | None = None
    seq: int | None = None
    position: int | None = None
    ticket: UUID | None = None
