"""What a rule is: the typed body of definition kind `rule`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.automation.rule import actions, conditions
from conversations.automation.rule.actions import Actions, Key
from conversations.automation.rule.conditions import Condition
from conversations.automation.rule.triggers import TRIGGERS, Subject, Trigger
from conversations.definitions.kinds import Kind, Reference
from conversations.definitions.team.body import Name
from tenants.refusals import FieldError, Invalid, wrong

KIND: Final = "rule"
REFERS_TO: Final = ("calendar", "contact_attribute", "inbox", "queue", "team", "ticket_type")
TriggerName = Annotated[str, Meta(max_length=64)]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The `event` that it follows: at once, or `after_s` seconds, unless one of the others has happened by then.

    The seconds are those of the `calendar`, or all of them. They run from the first of several such events; one that
    is in `unless`, too, lets them begin anew.
    """

    event: TriggerName
    after_s: Annotated[int, Meta(ge=1, le=31_536_000)] | UnsetType = UNSET
    unless: Annotated[tuple[TriggerName, ...], Meta(max_length=20)] = ()
    calendar: Key | UnsetType = UNSET


class Rule(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, rename={"if_": "if"}
):
    """When something happens, if all this is so, then do that. Rules are asked in their `order`, then by key.

    Where one that `stops` did something, the rules behind it are not asked about that event.
    """

    name: Name
    on: bool = True
    order: Annotated[int, Meta(ge=0, le=10_000)] = 100
    when: When
    if_: Condition | UnsetType = UNSET
    actions: Actions
    stop: bool = False

    @property
    def trigger(self) -> Trigger:
        """Answer what it follows."""
        return TRIGGERS[self.when.event]

    @property
    def subject(self) -> Subject:
        """Answer what it does something about."""
        return self.trigger.subject

    @property
    def waits(self) -> bool:
        """Tell whether it follows after a time."""
        return not isinstance(self.when.after_s, UnsetType)


def check_rule(body: Rule) -> Rule:
    """Answer the rule; raise Invalid with every mistake."""
    errors = list(_find_in_when(body.when))
    if not errors:
        if isinstance(body.if_, Condition):
            errors += conditions.find_mistakes(condition=body.if_, trigger=body.when.event, path="if")
        errors += actions.find_mistakes(actions=body.actions, subject=body.subject)
    if errors:
        raise Invalid(errors=errors)
    return body


def find_references(body: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield the definitions that a rule names."""
    rule = msgspec.convert(body, Rule)
    if isinstance(rule.when.calendar, str):
        yield Reference("when.calendar", "calendar", rule.when.calendar)
    if isinstance(rule.if_, Condition):
        yield from conditions.find_references(condition=rule.if_, path="if")
    yield from actions.find_references(actions=rule.actions)


def find_members(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the members whom a rule names."""
    yield from actions.find_members(actions=msgspec.convert(body, Rule).actions)


def _find_in_when(when: When) -> Iterator[FieldError]:
    for path, name in [("event", when.event), *((f"unless.{n}", each) for n, each in enumerate(when.unless))]:
        if name not in TRIGGERS:
            detail = f"One of {', '.join(TRIGGERS)}."
            yield FieldError(field=f"when.{path}", code="unknown_event", detail=detail)
        elif when.event in TRIGGERS and TRIGGERS[name].subject != TRIGGERS[when.event].subject:
            yield wrong(field=f"when.{path}", detail=f"That is not of a {TRIGGERS[when.event].subject}.")
    if when.after_s is UNSET and (when.unless or when.calendar is not UNSET):
        yield wrong(field="when", detail="`unless` and `calendar` go with `after_s`.")


RULE: Final = Kind(
    name=KIND,
    titles={"en": "Rule", "zh": "自动化规则"},
    body=Rule,
    check=check_rule,
    refers_to=REFERS_TO,
    find_references=find_references,
    find_members=find_members,
)
