"""What a type of tickets is: the typed body of definition kind `ticket_type`."""

from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.kinds import Kind
from conversations.tickets.events import Category
from conversations.tickets.kind import approval as approvals
from conversations.tickets.kind.approval import ApprovalRule, Tells
from conversations.tickets.kind.form import Form, Language, find_mistakes
from conversations.tickets.kind.people import Tell, find_unclear
from tenants.refusals import FieldError, Invalid, wrong

KIND: Final = "ticket_type"
BEGINNING: Final[tuple[Category, ...]] = ("new", "open")
SETTLING: Final[tuple[Category, ...]] = ("solved", "closed")

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
StatusKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}\Z")]
Prefix = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9]{0,9}\Z")]


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A status of the company's own, in one of the six categories that everything else goes by.

    One that `demands` an approval, by its key in the type, is gone on to when that is granted, once each.
    """

    key: StatusKey
    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    category: Category
    demands: StatusKey | UnsetType = UNSET


USUAL: Final = (
    Status(key="new", name="New", names={"zh": "新建"}, category="new"),
    Status(key="open", name="Open", names={"zh": "处理中"}, category="open"),
    Status(key="pending", name="Pending", names={"zh": "等待客户"}, category="pending"),
    Status(key="on_hold", name="On hold", names={"zh": "暂缓"}, category="on_hold"),
    Status(key="solved", name="Solved", names={"zh": "已解决"}, category="solved"),
    Status(key="closed", name="Closed", names={"zh": "已关闭"}, category="closed"),
)


class Escalating(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """How often a customer may escalate a ticket, so many hours apart, and whom that tells besides the ladder."""

    most: Annotated[int, Meta(ge=0, le=100)] = 3
    hours_apart: Annotated[int, Meta(ge=0, le=8760)] = 24
    tells: Tells = (Tell(lead_of="owner"), Tell(lead_of="team"))


USUALLY_ESCALATED: Final = Escalating()


class TicketType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A type of tickets. Its numbers have a `prefix` and a series of their own, or else the company's.

    A ticket begins with the first status of category `new`, or `open` where there is none. `moves` says, for a status,
    to which ones a ticket may go on; from one that is not named, to any. A ticket is settled (`solved` or `closed`)
    only when those under it are, unless `settles_before_children`. Its customer is shown no colleague's name, unless it
    `shows_names`; opens one where `customers_open`; escalates it as `escalating` says; takes up again what is solved
    within so many days.
    """

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    prefix: Prefix | UnsetType = UNSET
    statuses: Annotated[tuple[Status, ...], Meta(min_length=2, max_length=50)] = USUAL
    moves: Annotated[dict[StatusKey, tuple[StatusKey, ...]], Meta(max_length=50)] = msgspec.field(default_factory=dict)
    form: Form = msgspec.field(default_factory=Form)
    approvals: Annotated[dict[StatusKey, ApprovalRule], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    settles_before_children: bool = False
    shows_names: bool = False
    customers_open: bool = False
    reopens_within_days: Annotated[int, Meta(ge=0, le=3650)] | UnsetType = UNSET
    # Unset, it is left out of the stored body: the version of the code before then still reads it.
    escalating: Escalating | UnsetType = UNSET

    @property
    def escalations(self) -> Escalating:
        """Answer how customers may escalate, said or not."""
        return USUALLY_ESCALATED if isinstance(self.escalating, UnsetType) else self.escalating

    @property
    def beginning(self) -> Status:
        """Answer the status that a ticket begins with."""
        return min(
            (status for status in self.statuses if status.category in BEGINNING and status.demands is UNSET),
            key=lambda status: BEGINNING.index(status.category),
        )

    @property
    def closing(self) -> Status:
        """Answer the status of what is merged into another: closed, or solved where there is no such status."""
        return max(
            (status for status in self.statuses if status.category in SETTLING and status.demands is UNSET),
            key=lambda status: SETTLING.index(status.category),
        )

    @property
    def reopening(self) -> Status:
        """Answer the status of what is taken up again: open, or the one that tickets begin with."""
        free = (status for status in self.statuses if status.category == "open" and status.demands is UNSET)
        return next(free, self.beginning)

    def find_status(self, key: str) -> Status | None:
        """Answer the status of this key."""
        return next((status for status in self.statuses if status.key == key), None)


# What every company has until it says otherwise, by publishing a type of the same key.
GENERAL: Final = "general"
BUILT_IN: Final = TicketType(name="General", names={"zh": "一般工单"}, customers_open=True)


def check_type(body: TicketType) -> TicketType:
    """Answer the type; raise Invalid with every mistake."""
    keys = [status.key for status in body.statuses]
    categories = {status.category for status in body.statuses if status.demands is UNSET}
    errors = [
        wrong(field=f"statuses.{index}.key", detail="There is a status with this key already.")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
    if categories.isdisjoint(BEGINNING) or categories.isdisjoint(SETTLING):
        errors.append(
            wrong(
                field="statuses",
                detail="One of `new` or `open` is needed, and one of `solved` or `closed`, that demand nothing.",
            )
        )
    for key, further in body.moves.items():
        errors += [
            wrong(field=f"moves.{key}", detail=f"There is no status {one!r}.")
            for one in (key, *further)
            if one not in keys
        ]
    errors += find_mistakes(form=body.form)
    errors += _find_approval_mistakes(body)
    if errors:
        raise Invalid(errors=errors)
    return body


def _find_approval_mistakes(body: TicketType) -> list[FieldError]:
    errors = [
        wrong(field=f"statuses.{index}.demands", detail="There is no approval with this key.")
        for index, status in enumerate(body.statuses)
        if not isinstance(status.demands, UnsetType) and status.demands not in body.approvals
    ]
    errors += find_unclear(tells=body.escalations.tells, place="escalating.tells")
    for key, rule in body.approvals.items():
        errors += approvals.find_mistakes(rule=rule, place=f"approvals.{key}")
    return errors


_NAMING: Final = ("approvals.*.approvers", "approvals.*.deputies", "escalating.tells")
TICKET_TYPE: Final = Kind(
    name=KIND,
    titles={"en": "Ticket type", "zh": "工单类型"},
    body=TicketType,
    key=r"[a-z][a-z0-9_-]{0,31}",
    check=check_type,
    references={
        "approvals.*.approvers.*.team": "team",
        "approvals.*.deputies.*.team": "team",
        "escalating.tells.*.team": "team",
    },
    members=("approvals.*.approvers.*.member", "approvals.*.deputies.*.member", "escalating.tells.*.member"),
)
