"""What is said in requests, here and in rooms above: a text, its sender's own id of it, whose something is."""

from typing import Annotated
from uuid import uuid4

from msgspec import UNSET, Meta, UnsetType

from tenants.bodies import Body

# Python's $ would let a newline follow, and JSON Schema does not know Python's end of text.
ClientId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(?![\s\S])")]
Text = Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"\S")]
Assignee = Annotated[str, Meta(pattern=r"^(me|none|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\s\S])")]


class TextBody(Body, frozen=True):
    """Something said. The same `id`, the client's own, is the same thing again; without one it is something new."""

    text: Text
    id: ClientId | UnsetType = UNSET

    @property
    def client_id(self) -> str:
        """Answer the client's id, or a new one."""
        return uuid4().hex if isinstance(self.id, UnsetType) else self.id


class EditBody(Body, frozen=True):
    """What a message says from now on."""

    text: Text


class ReactionBody(Body, frozen=True):
    """One emoji to put to a message or, with `on` false, to take off again."""

    emoji: Annotated[str, Meta(min_length=1, max_length=32)]
    on: bool = True
