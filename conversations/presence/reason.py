"""Why somebody is in a state, in a company's own words: the definition kind `presence_reason`."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind
from conversations.presence.events import State

Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]


class PresenceReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Something like lunch or a training: its name, perhaps in other languages, too, and the states it goes with."""

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    states: Annotated[tuple[State, ...], Meta(min_length=1, max_length=5)]


def check_reason(body: PresenceReason) -> PresenceReason:
    """Answer the reason with each of its states once."""
    return msgspec.structs.replace(body, states=tuple(dict.fromkeys(body.states)))


PRESENCE_REASON: Final = Kind(
    name="presence_reason",
    titles={"en": "Reason for a state", "zh": "状态原因"},
    body=PresenceReason,
    key=r"[a-z0-9][a-z0-9_-]{0,31}",
    check=check_reason,
)
