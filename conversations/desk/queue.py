"""Where conversations wait, and how they are handed out: the definition kind `queue`."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.kinds import KEY, Kind
from conversations.definitions.team.body import Name
from conversations.desk.agent import Level, Skill, WrapUp
from tenants.refusals import Invalid, wrong

KIND: Final = "queue"
Key = Annotated[str, Meta(pattern=rf"^{KEY}\Z")]
Seconds = Annotated[int, Meta(ge=1, le=604_800)]
Strategy = Literal["least_loaded", "longest_idle", "round_robin"]


class Relaxation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """From so many seconds of waiting on, levels may be lower by `levels` than at first, or any language will do.

    A skill whose level sinks below 1 is not required any more.
    """

    after_s: Seconds
    levels: Annotated[int, Meta(ge=0, le=10)] = 0
    any_language: bool = False


class Overflow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Another queue, and when conversations go there: after so long, when this one is sold out, or outside hours."""

    queue: Key
    after_s: Seconds | UnsetType = UNSET
    sold_out: bool = False
    outside_hours: bool = False


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A queue, served by the members of its teams and by others.

    `hand_out`: an agent is asked, and has `offer_s` to accept; or has the conversation at once. Whoever did not accept
    is not asked again for `again_s`. `sticky`: whoever had the contact last comes first.

    Conversations are taken by their waiting time, each step of `priority` counting as `priority_s` of it. Where more
    than `most_waiting` wait, or nobody is there, it is sold out. Outside the calendar's hours nothing is handed out.

    What was handed out comes back when its agent says nothing for `unanswered_s` while the contact waits, or is gone
    for `gone_s`; null: never. The wrap-up of those who serve it ends by itself after `wrap_up_s`, if that is said.
    """

    name: Name
    teams: Annotated[tuple[Key, ...], Meta(max_length=100)] = ()
    members: Annotated[tuple[UUID, ...], Meta(max_length=1000)] = ()
    strategy: Strategy = "least_loaded"
    sticky: bool = True
    hand_out: Literal["offer", "direct"] = "offer"
    offer_s: Seconds = 30
    again_s: Seconds = 60
    skills: Annotated[dict[Skill, Level], Meta(max_length=50)] = msgspec.field(default_factory=dict)
    match_language: bool = False
    relaxations: Annotated[tuple[Relaxation, ...], Meta(max_length=10)] = ()
    overflow: Overflow | UnsetType = UNSET
    calendar: Key | UnsetType = UNSET
    priority: Annotated[int, Meta(ge=0, le=10)] = 0
    priority_s: Seconds = 300
    most_waiting: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType = UNSET
    unanswered_s: Seconds | None = 300
    gone_s: Seconds | None = 60
    wrap_up_s: WrapUp | UnsetType = UNSET


def check_queue(body: Queue) -> Queue:
    """Answer the queue with its relaxations in the order of time; raise Invalid."""
    ordered = tuple(sorted(body.relaxations, key=lambda step: step.after_s))
    if len({step.after_s for step in ordered}) < len(ordered):
        raise Invalid(errors=[wrong(field="relaxations", detail="Each of them needs a time of its own.")])
    overflow = body.overflow
    if overflow and overflow.after_s is UNSET and not (overflow.sold_out or overflow.outside_hours):
        raise Invalid(errors=[wrong(field="overflow", detail="Say when conversations go there.")])
    return msgspec.structs.replace(
        body,
        relaxations=ordered,
        teams=tuple(dict.fromkeys(body.teams)),
        members=tuple(dict.fromkeys(body.members)),
    )


QUEUE: Final = Kind(
    name=KIND,
    titles={"en": "Queue", "zh": "队列"},
    body=Queue,
    references={"teams.*": "team", "calendar": "calendar", "overflow.queue": KIND},
    check=check_queue,
    members=("members.*",),
)
