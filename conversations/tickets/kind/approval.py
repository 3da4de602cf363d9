"""Who has to agree, as a type of tickets says it: of whom, how many, until when, and who stands in."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.tickets.kind.form import Language
from conversations.tickets.kind.people import Tell, find_unclear
from tenants.refusals import FieldError, wrong

How = Literal["one", "some", "all", "in_order"]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Tells = Annotated[tuple[Tell, ...], Meta(max_length=20)]
Count = Annotated[int, Meta(ge=1, le=100)]
Minutes = Annotated[int, Meta(ge=1, le=525_600)]


class ApprovalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Of those who are asked `one` agrees, `some` do (a `count` of them), `all` do, or one of each entry `in_order`.

    Who has not answered `within` so many minutes is stood in for by the `deputies`, for as long again; then it has
    expired. Whoever asks is not asked.
    """

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    approvers: Tells
    how: How = "one"
    count: Count | UnsetType = UNSET
    within: Minutes | UnsetType = UNSET
    deputies: Tells = ()


def find_mistakes(*, rule: ApprovalRule, place: str) -> list[FieldError]:
    """Answer what does not go together in a rule that stands at a place."""
    errors = find_unclear(tells=rule.approvers, place=f"{place}.approvers")
    errors += find_unclear(tells=rule.deputies, place=f"{place}.deputies")
    if not rule.approvers:
        errors.append(wrong(field=f"{place}.approvers", detail="One at least."))
    if (rule.how == "some") is (rule.count is UNSET):
        errors.append(wrong(field=f"{place}.count", detail="It is said where `some` agree, and there alone."))
    if rule.deputies and rule.within is UNSET:
        errors.append(wrong(field=f"{place}.deputies", detail="They stand in when a time has run out: say `within`."))
    return errors
