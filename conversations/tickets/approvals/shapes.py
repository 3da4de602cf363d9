"""What goes over HTTP about approvals of tickets."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.tickets.approvals.state import Approval, State
from conversations.tickets.kind.approval import ApprovalRule, Count, How, Minutes, Name, Tells
from tenants.bodies import Body
from tenants.describing import Answer

Reason = Annotated[str, Meta(max_length=2000)]


class AskApprovalBody(Body, frozen=True):
    """For which approval to ask: the one that the ticket's type calls `key`, or one of one's own, with a `title`.

    Of those who are asked `one` agrees, `some` do (a `count` of them), `all` do, or one of each entry `in_order`. Who
    has not answered `within` so many minutes is stood in for by the `deputies`. `text` says what for.
    """

    key: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    title: Name | UnsetType = UNSET
    approvers: Tells = ()
    how: How = "one"
    count: Count | UnsetType = UNSET
    within: Minutes | UnsetType = UNSET
    deputies: Tells = ()
    text: Reason = ""

    @property
    def rule(self) -> ApprovalRule | None:
        """Answer whom it asks where it does not name an approval of the type."""
        if isinstance(self.title, UnsetType):
            return None
        named = ("approvers", "how", "count", "within", "deputies")
        return ApprovalRule(name=self.title, **{name: getattr(self, name) for name in named})


class AnswerApprovalBody(Body, frozen=True):
    """Whether one agrees, and why."""

    approves: bool
    text: Reason = ""


class ApprovalStep(Answer, frozen=True):
    """Of these members so many have to agree."""

    members: list[UUID]
    needs: int


class ApprovalSaid(Answer, frozen=True):
    """What somebody answered, perhaps as a deputy of who had not."""

    member: UUID
    step: int
    approves: bool
    text: str | None
    deputy: bool
    at: datetime


class ApprovalShown(Answer, frozen=True):
    """An approval. Of its steps it is at `step`; `asked` may answer now, until `due_at`.

    It is `outdated` when the form was filled in anew after it was asked for, and `used` when the ticket went on to a
    status that demands it.
    """

    id: UUID
    key: str | None
    title: str
    text: str | None
    how: How
    state: State
    step: int
    steps: list[ApprovalStep]
    deputies: list[UUID]
    asked: list[UUID]
    asked_at: datetime
    due_at: datetime | None
    answers: list[ApprovalSaid]


def show_approval(*, approval: Approval, personal: bool) -> ApprovalShown:
    """Answer an approval as it is shown."""
    return ApprovalShown(
        id=approval.id,
        key=approval.key,
        title=approval.title,
        text=approval.text if personal else None,
        how=approval.how,
        state=approval.state,
        step=approval.step,
        steps=[ApprovalStep(members=list(each.members), needs=each.needs) for each in approval.steps],
        deputies=list(approval.deputies),
        asked=list(approval.asked),
        asked_at=approval.asked_at,
        due_at=approval.due_at,
        answers=[
            ApprovalSaid(**{**msgspec.structs.asdict(each), "text": each.text if personal else None})
            for each in approval.answers
        ],
    )
