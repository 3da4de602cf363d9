"""What the REST API shows of dry runs, and of rules that were cut short or refused."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from conversations.automation.models import DryRun
from conversations.automation.queries import Asked, Foreseen
from conversations.automation.rule.actions import AnyAction
from conversations.automation.rule.triggers import Subject
from conversations.engine.models import Event
from tenants.describing import Answer


class DryRunShown(Answer, frozen=True):
    """A dry run: of a version of a rule, or, where that is null, of its draft.

    `progress` is from 0 to 1. So many `events` of the kind that the rule follows were looked at, and so many `cases`
    found; where there were more than a run looks for, it `is_cut`. `asked_by` is a person or a key.
    """

    id: UUID
    rule: str
    version: int | None
    state: Literal["running", "done", "cancelled"]
    days: int
    progress: float
    events: int
    cases: int
    is_cut: bool
    asked_at: datetime
    asked_by: UUID | None
    ended_at: datetime | None


class AskedShown(Answer, frozen=True):
    """A question of the rule, and what it `saw`: as of the event (or when a time was over), or as it is `today`."""

    field: str
    op: str
    value: Any
    saw: Any
    holds: bool
    as_of: Literal["event", "today"]


class ForeseenShown(Answer, frozen=True):
    """Something that the rule would have done; whether it would have changed anything then, as far as can be told."""

    action: dict[str, Any]
    would_change: bool


class CaseShown(Answer, frozen=True):
    """An event that the rule would have followed, `at` a moment: of a conversation, or of a ticket.

    No other rule is thought to have followed the same event, and nothing of what the rule would have done is thought to
    have happened before the next case.
    """

    position: int
    kind: str
    happened_at: datetime
    at: datetime
    conversation: UUID | None
    ticket: UUID | None
    conditions: list[AskedShown]
    actions: list[ForeseenShown]


class TroubleShown(Answer, frozen=True):
    """A rule that was `cut` short, because of a circle, of depth, or because it came too often; or was `refused`.

    It would have followed the event at `position`. `chain` are the rules because of which that happened; of what was
    refused it is said which action, the `step`th, and with which `code`.
    """

    seq: int
    at: datetime
    what: Literal["cut", "refused"]
    rule: str
    version: int
    position: int
    conversation: UUID | None
    ticket: UUID | None
    why: str | None
    chain: list[str]
    step: int | None
    action: str | None
    code: str | None


def show_run(*, row: DryRun) -> DryRunShown:
    """Answer a dry run as it is shown."""
    whole = row.until - row.begin
    return DryRunShown(
        id=row.id,
        rule=row.rule,
        version=row.version,
        state=row.state,  # type: ignore[arg-type] # the database knows these alone
        days=row.days,
        progress=1.0 if row.state == "done" or whole <= 0 else round((row.position - row.begin) / whole, 3),
        events=row.events,
        cases=len(row.cases),
        is_cut=row.is_cut,
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        ended_at=row.ended_at,
    )


def show_case(*, case: Foreseen, subject: Subject, personal: bool) -> CaseShown:
    """Answer a case; without `personal` nothing of what was seen."""
    return CaseShown(
        position=case.event.position,
        kind=case.event.kind,
        happened_at=case.event.at,
        at=case.at,
        conversation=case.about if subject == "conversation" else None,
        ticket=case.about if subject == "ticket" else None,
        conditions=[_show_asked(each, personal) for each in case.asked],
        actions=[ForeseenShown(action=show_action(action=each), would_change=so) for each, so in case.actions],
    )


def show_action(*, action: AnyAction) -> dict[str, Any]:
    """Answer an action as it is written."""
    plain: dict[str, Any] = msgspec.to_builtins(action)
    return plain


def show_trouble(*, row: Event) -> TroubleShown:
    """Answer what is told of a rule that was cut short or refused."""
    body, is_cut = row.body, row.kind == "automation.cut.v1"
    return TroubleShown(
        seq=row.seq,
        at=row.at,
        what="cut" if is_cut else "refused",
        rule=body["rule"],
        version=body["version"],
        position=body["position"],
        conversation=body["id"] if body["subject"] == "conversation" else None,
        ticket=body["id"] if body["subject"] == "ticket" else None,
        why=body.get("why"),
        chain=body.get("chain", []),
        step=body.get("step"),
        action=body.get("action"),
        code=body.get("code"),
    )


def _show_asked(asked: Asked, personal: bool) -> AskedShown:  # noqa: FBT001 - one of ours
    return AskedShown(
        field=asked.leaf.field,
        op=asked.leaf.op,
        value=asked.leaf.value,
        saw=msgspec.to_builtins(asked.seen) if personal else None,
        holds=asked.holds,
        as_of="today" if asked.is_todays else "event",
    )
