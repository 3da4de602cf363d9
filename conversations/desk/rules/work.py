"""A conversation as routing sees it, and what each fact makes of it: the read model `work` is a fold of this."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from conversations.desk.events import (
    ConversationInvitationDeclined,
    ConversationInvited,
    ConversationJoined,
    ConversationLeft,
    ConversationOfferDeclined,
    ConversationOffered,
    ConversationOfferLapsed,
    ConversationQueued,
)
from conversations.engine.events import Fact
from conversations.threads.events import (
    ConversationAssigned,
    ConversationIntroduced,
    ConversationPrioritized,
    ConversationReopened,
    ConversationResolved,
    ConversationSnoozed,
    ConversationWoken,
    Priority,
)

State = Literal["loose", "waiting", "offered", "assigned", "done"]
KINDS: Final = (
    ConversationQueued.kind,
    ConversationOffered.kind,
    ConversationOfferDeclined.kind,
    ConversationOfferLapsed.kind,
    ConversationAssigned.kind,
    ConversationIntroduced.kind,
    ConversationPrioritized.kind,
    ConversationReopened.kind,
    ConversationResolved.kind,
    ConversationSnoozed.kind,
    ConversationWoken.kind,
    ConversationInvited.kind,
    ConversationInvitationDeclined.kind,
    ConversationJoined.kind,
    ConversationLeft.kind,
)
# What a priority counts for, as minutes that it has waited longer.
AHEAD_MINUTES: Final[Mapping[Priority, int]] = {"none": 0, "low": -10, "normal": 0, "high": 30, "urgent": 120}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """`loose`: open, in no queue and nobody's. `member` is whoever it is offered or assigned to, or had it when done.

    `queued_at` is since when it counts as waiting, `entered_at` when it came into this queue; `asked` is who did not
    accept it, and when; `path` are the queues that it came through while it waited; `last` is who had it last.
    Besides `member` those answer who have `joined`; whoever is `invited` has not said yet whether they come.
    What is `snoozed` is assigned, but takes nobody's room and does not come back for want of an answer.
    """

    conversation: UUID
    state: State = "loose"
    queue: str | None = None
    team: str | None = None
    channel: str = "webchat"
    language: str | None = None
    ahead_s: int = 0
    priority: Priority = "none"
    queued_at: datetime | None = None
    entered_at: datetime | None = None
    since: datetime | None = None
    member: UUID | None = None
    until: datetime | None = None
    attempt: int = 0
    asked: Mapping[UUID, datetime] = field(default_factory=dict)
    path: tuple[str, ...] = ()
    preferred: UUID | None = None
    last: UUID | None = None
    handed_at: datetime | None = None
    joined: tuple[UUID, ...] = ()
    invited: tuple[UUID, ...] = ()
    snoozed: bool = False

    @property
    def rank(self) -> datetime | None:
        """Answer by what it is ordered among those that wait: the earlier, the sooner."""
        ahead = timedelta(seconds=self.ahead_s, minutes=AHEAD_MINUTES[self.priority])
        return None if self.queued_at is None else self.queued_at - ahead


def after(*, work: Work, fact: Fact, at: datetime) -> Work:
    """Answer what it is once this has happened; facts that mean nothing here leave it as it is."""
    match fact:
        case ConversationQueued():
            work = _queued(work, fact, at)
        case ConversationOffered(to=to, until=until, attempt=attempt):
            offered = replace(work, state="offered", member=to, until=until, attempt=attempt)
            work = replace(offered, since=at, handed_at=at)
        case ConversationOfferDeclined(by=member) | ConversationOfferLapsed(to=member):
            work = _refused(work, member, at)
        case ConversationAssigned(to=to):
            work = _assigned(work, to, at)
        case ConversationResolved():
            holder = work.member if work.state == "assigned" else None
            work = replace(work, state="done", member=holder, until=None, since=at, joined=(), invited=())
        case ConversationReopened() if work.state == "done":
            work = replace(work, state="loose" if work.member is None else "assigned", since=at)
        case _:
            work = _told(_in_company(work, fact), fact, at)
    return work


def fold(*, work: Work, events: Iterable[tuple[Fact, datetime]]) -> Work:
    """Answer what it is after all of these."""
    for fact, at in events:
        work = after(work=work, fact=fact, at=at)
    return work


def _told(work: Work, fact: Fact, at: datetime) -> Work:
    """Take in what is said of it wherever it is on its way."""
    match fact:
        case ConversationIntroduced(language=language):
            return replace(work, language=language)
        case ConversationPrioritized(priority=priority):
            return replace(work, priority=priority)
        case ConversationSnoozed():
            return replace(work, snoozed=True)
        case ConversationWoken():
            return replace(work, snoozed=False, since=at)
    return work


def _in_company(work: Work, fact: Fact) -> Work:
    match fact:
        case ConversationInvited(to=member):
            return replace(_without(work, member), invited=(*_but(work.invited, member), member))
        case ConversationJoined(member=member):
            return replace(_without(work, member), joined=(*_but(work.joined, member), member))
        case ConversationInvitationDeclined(by=member) | ConversationLeft(member=member):
            return _without(work, member)
    return work


def _without(work: Work, member: UUID) -> Work:
    return replace(work, joined=_but(work.joined, member), invited=_but(work.invited, member))


def _but(members: tuple[UUID, ...], member: UUID) -> tuple[UUID, ...]:
    return tuple(each for each in members if each != member)


def _queued(work: Work, fact: ConversationQueued, at: datetime) -> Work:
    on = fact.reason == "overflow" and work.state == "waiting"
    asked = dict(work.asked) if on else {}
    if fact.not_to is not None:
        asked[fact.not_to] = at
    return replace(
        work,
        state="waiting",
        queue=fact.queue,
        team=fact.team,
        channel=fact.channel,
        language=fact.language,
        ahead_s=fact.ahead_s,
        queued_at=fact.since,
        entered_at=at,
        since=at,
        member=None,
        until=None,
        attempt=work.attempt if on else 0,
        asked=asked,
        path=(*work.path, fact.queue) if on else (fact.queue,),
        preferred=fact.preferred,
    )


def _refused(work: Work, member: UUID, at: datetime) -> Work:
    if work.state != "offered" or work.member != member:
        return work
    return replace(work, state="waiting", member=None, until=None, since=at, asked={**work.asked, member: at})


def _assigned(work: Work, to: UUID | None, at: datetime) -> Work:
    work = replace(work, snoozed=False)
    if to is not None:
        work = _without(work, to)  # whoever has it is not there besides
        state: State = "done" if work.state == "done" else "assigned"
        return replace(work, state=state, member=to, last=to, until=None, since=at, handed_at=at, asked={})
    if work.state == "assigned":
        return replace(work, state="loose", member=None, until=None, since=at)
    return replace(work, member=None) if work.state == "done" else work
