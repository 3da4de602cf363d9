"""What a member can do, and how much at once: the definition kind `agent`, whose key is the member's id."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.kinds import Kind

Skill = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}\Z")]
Level = Annotated[int, Meta(ge=1, le=10)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]
Channel = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]
Points = Annotated[int, Meta(ge=0, le=1000)]
WrapUp = Annotated[int, Meta(ge=1, le=86_400)]
CAPACITY: Final = 5


class Agent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One member as routing sees them. Whoever has no such document has no skills, and the capacity that is usual.

    A conversation takes as many points of the `capacity` as its channel weighs: 1 where nothing is said. Wrap-up ends
    by itself after `wrap_up_s`; where nothing is said, after the least that a queue says which the member serves.
    """

    skills: Annotated[dict[Skill, Level], Meta(max_length=200)] = msgspec.field(default_factory=dict)
    languages: Annotated[tuple[Language, ...], Meta(max_length=50)] = ()
    capacity: Points = CAPACITY
    weights: Annotated[dict[Channel, Points], Meta(max_length=50)] = msgspec.field(default_factory=dict)
    wrap_up_s: WrapUp | UnsetType = UNSET


AGENT: Final = Kind(
    name="agent",
    titles={"en": "Agent", "zh": "客服"},
    body=Agent,
    key=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    key_is_member=True,
)
