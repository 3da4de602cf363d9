"""What a company promises of time, and who hears of it when: the typed body of definition kind `sla_policy`."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.kinds import Kind
from conversations.threads.events import Priority
from conversations.tickets.events import Promise
from conversations.tickets.kind.body import Name
from conversations.tickets.kind.form import Language
from conversations.tickets.kind.people import Key, Tell, find_unclear
from tenants.refusals import FieldError, Invalid, wrong

KIND: Final = "sla_policy"
MINUTE_S: Final = 60

Minutes = Annotated[int, Meta(ge=1, le=525_600)]
Span = Annotated[int, Meta(ge=0, le=525_600)]
Standing = Literal["pending", "on_hold"]


class Selector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """For which tickets: of these types and priorities, whose contact has these attributes. Nothing said: for all."""

    types: Annotated[tuple[Key, ...], Meta(max_length=100)] = ()
    priorities: Annotated[tuple[Priority, ...], Meta(max_length=5)] = ()
    attributes: Annotated[dict[Key, str | float | bool], Meta(max_length=20)] = msgspec.field(default_factory=dict)


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Within how many minutes, by priority; `usual` for those that are not named. Not said at all: no promise."""

    usual: Minutes | UnsetType = UNSET
    low: Minutes | UnsetType = UNSET
    normal: Minutes | UnsetType = UNSET
    high: Minutes | UnsetType = UNSET
    urgent: Minutes | UnsetType = UNSET

    def find(self, priority: Priority) -> int | None:
        """Answer how many seconds there are at a priority."""
        own = getattr(self, priority, UNSET)
        minutes = self.usual if isinstance(own, UnsetType) else own
        return None if isinstance(minutes, UnsetType) else minutes * MINUTE_S


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What is promised: a first reply, one to each further question, a word now and then, and an end."""

    first_reply: Target | UnsetType = UNSET
    next_reply: Target | UnsetType = UNSET
    update: Target | UnsetType = UNSET
    resolution: Target | UnsetType = UNSET

    def find(self, promise: Promise, priority: Priority) -> int | None:
        """Answer within how many seconds."""
        target: Target | UnsetType = getattr(self, promise)
        return None if isinstance(target, UnsetType) else target.find(priority)


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What becomes of the ticket."""

    priority: Priority | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    owner: UUID | UnsetType = UNSET


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One step of the ladder: `minutes` of the calendar after the start, or before or after the promise is broken.

    `promises`: of which ones; nothing said: of all. Whoever acknowledges that they have heard stops the ladder for
    `acknowledged_for` minutes, or for good where that is not said. Where nobody does within `acknowledge_within`, the
    next step is taken at once.
    """

    key: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}\Z")]
    when: Literal["after_start", "before_breach", "after_breach"]
    minutes: Span
    promises: Annotated[tuple[Promise, ...], Meta(max_length=4)] = ()
    tells: Annotated[tuple[Tell, ...], Meta(max_length=20)] = ()
    effect: Effect = msgspec.field(default_factory=Effect)
    acknowledge_within: Minutes | UnsetType = UNSET
    acknowledged_for: Minutes | UnsetType = UNSET

    def offset_s(self, target_s: int) -> int:
        """Answer after how many seconds of the calendar it is reached."""
        seconds = self.minutes * MINUTE_S
        if self.when == "after_start":
            return seconds
        return max(target_s - seconds, 0) if self.when == "before_breach" else target_s + seconds


class SlaPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Promises of time. Of several that are for a ticket the one with the lowest `order` counts.

    Time is that of the `calendar`, or all of it. It stands still while a ticket's status is of the categories in
    `stands_still`.
    """

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    order: Annotated[int, Meta(ge=0, le=10_000)] = 100
    selector: Selector = msgspec.field(default_factory=Selector)
    calendar: Key | UnsetType = UNSET
    targets: Targets
    stands_still: Annotated[tuple[Standing, ...], Meta(max_length=2)] = ("pending",)
    ladder: Annotated[tuple[Level, ...], Meta(max_length=20)] = ()

    def levels_of(self, promise: Promise) -> tuple[Level, ...]:
        """Answer the steps of the ladder of one promise, in their order."""
        return tuple(level for level in self.ladder if not level.promises or promise in level.promises)


def check_policy(body: SlaPolicy) -> SlaPolicy:
    """Answer the policy; raise Invalid with every mistake."""
    errors: list[FieldError] = []
    keys = [level.key for level in body.ladder]
    for index, level in enumerate(body.ladder):
        if level.key in keys[:index]:
            errors.append(wrong(field=f"ladder.{index}.key", detail="There is a step with this key already."))
        errors += find_unclear(tells=level.tells, place=f"ladder.{index}.tells")
    if not any(isinstance(getattr(body.targets, name), Target) for name in Targets.__struct_fields__):
        errors.append(wrong(field="targets", detail="One at least."))
    if errors:
        raise Invalid(errors=errors)
    return body


SLA_POLICY: Final = Kind(
    name=KIND,
    titles={"en": "Promises of time", "zh": "时限承诺"},
    body=SlaPolicy,
    references={
        "calendar": "calendar",
        "selector.types.*": "ticket_type",
        "ladder.*.tells.*.team": "team",
        "ladder.*.effect.team": "team",
    },
    check=check_policy,
    members=("ladder.*.tells.*.member", "ladder.*.effect.owner"),
)
