"""What follows for conversations that somebody looks at now: they lapse, overflow, come back, are handed out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from conversations.desk.events import (
    ConversationOffered,
    ConversationOfferLapsed,
    ConversationQueued,
    ConversationTransferred,
    Reason,
)
from conversations.desk.queue import Queue
from conversations.desk.rules.serving import NEVER, Agent, choose, next_relaxation, serves
from conversations.desk.rules.work import Work, after
from conversations.engine.events import Fact
from conversations.threads.events import ConversationAssigned

LOOK: Final = timedelta(seconds=300)  # whatever waits is looked at again after so long, whatever was forgotten
LOOK_SOLD_OUT: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A queue as it is now. `waiting` is how many wait in it, `opens_at` when its calendar next opens, if it does."""

    key: str
    body: Queue
    is_open: bool = True
    opens_at: datetime | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation that is looked at. `asks_since` is since when its contact waits for a word; None: they do not."""

    work: Work
    asks_since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What follows for one conversation, what it is then, and when it has to be looked at again.

    `handed` comes after the `facts` of all the others: it may take the room that they leave.
    """

    work: Work
    asks_since: datetime | None
    facts: list[Fact] = field(default_factory=list)
    handed: Fact | None = None
    due_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Scene:
    """Everything besides the conversations that routing looks at. `agents` change as they are given something."""

    now: datetime
    places: Mapping[str, Place]
    agents: dict[UUID, Agent]

    def find_place(self, *, work: Work) -> Place | None:
        """Answer a conversation's queue if it is in force."""
        return None if work.queue is None else self.places.get(work.queue)

    def is_sold_out(self, *, place: Place) -> bool:
        """Answer whether more wait than may, or nobody of the queue's is there."""
        limit = place.body.most_waiting
        if isinstance(limit, int) and place.waiting >= limit:
            return True
        return not any(a.is_online and serves(agent=a, queue=place.body, team=None) for a in self.agents.values())


def route(*, cases: Sequence[Case], scene: Scene) -> list[Outcome]:
    """Answer what follows for each, in the order given."""
    outcomes = [Outcome(work=case.work, asks_since=case.asks_since) for case in cases]
    for outcome in outcomes:
        _settle(outcome, scene)
    waiting = [outcome for outcome in outcomes if outcome.work.state == "waiting"]
    for outcome in sorted(waiting, key=lambda each: (each.work.rank or NEVER, each.work.conversation)):
        _hand_out(outcome, scene)
    for outcome in outcomes:
        outcome.due_at = next_look(work=outcome.work, asks_since=outcome.asks_since, scene=scene)
    return outcomes


def in_order(*, outcomes: Sequence[Outcome]) -> list[tuple[UUID, Fact]]:
    """Answer all that follows as it is to be written: whoever reads it so far never sees anybody with too much."""
    settled = [(outcome.work.conversation, fact) for outcome in outcomes for fact in outcome.facts]
    handed = [(outcome.work.conversation, outcome.handed) for outcome in outcomes if outcome.handed is not None]
    return settled + handed


def queue_up(
    *,
    work: Work,
    place: Place,
    reason: Reason,
    since: datetime,
    scene: Scene,
    preferred: UUID | None = None,
    not_to: UUID | None = None,
) -> list[Fact]:
    """Answer how a conversation comes into a queue, or straight into the one where that overflows to."""
    fact = ConversationQueued(
        queue=place.key,
        reason=reason,
        since=since,
        channel=work.channel,
        ahead_s=place.body.priority * place.body.priority_s,
        language=work.language,
        preferred=preferred,
        not_to=not_to,
    )
    queued = after(work=work, fact=fact, at=scene.now)
    return [fact, *_overflow(queued, place, scene)]


def queue_to(
    *, work: Work, place: Place, team: str | None, by: UUID, words: str, assignee: UUID | None, now: datetime
) -> list[Fact]:
    """Answer how a conversation is handed on to a queue, or to a team by a queue."""
    facts: list[Fact] = [
        ConversationTransferred(by=by, words=words, team=team, queue=place.key if team is None else None)
    ]
    if assignee is not None:
        facts.append(ConversationAssigned(to=None, name=None))
    facts.append(
        ConversationQueued(
            queue=place.key,
            reason="transferred",
            since=work.queued_at if work.state == "waiting" and work.queued_at is not None else now,
            channel=work.channel,
            ahead_s=place.body.priority * place.body.priority_s,
            team=team,
            language=work.language,
            not_to=assignee,
        )
    )
    return facts


def next_look(*, work: Work, asks_since: datetime | None, scene: Scene) -> datetime | None:
    """Answer when a conversation has to be looked at again if nothing happens; whatever waits is, sometime."""
    place = scene.find_place(work=work)
    if work.state == "offered":
        return work.until
    if work.state == "assigned" and place is not None:
        return _comes_back_at(work, place.body, asks_since, scene)
    if work.state != "waiting":
        return None
    return min(_times(work, place, scene)) if place is not None else scene.now + LOOK


def _times(work: Work, place: Place, scene: Scene) -> Iterable[datetime]:
    now, body, entered = scene.now, place.body, work.entered_at or scene.now
    yield now + LOOK
    if (relaxed := next_relaxation(queue=body, entered_at=entered, now=now)) is not None:
        yield relaxed
    if place.opens_at is not None and place.opens_at > now:
        yield place.opens_at
    again = [at + timedelta(seconds=body.again_s) for at in work.asked.values()]
    yield from (at for at in again if at > now)
    if body.overflow and body.overflow.queue not in work.path:
        if isinstance(body.overflow.after_s, int):
            yield max(entered + timedelta(seconds=body.overflow.after_s), now)
        if body.overflow.sold_out:
            yield now + LOOK_SOLD_OUT


def _settle(outcome: Outcome, scene: Scene) -> None:
    """Let happen what time or somebody's going has brought about."""
    work, place = outcome.work, scene.find_place(work=outcome.work)
    if work.state == "offered" and work.member is not None:
        _happen(outcome, _lapse(work, work.member, scene), scene)
    elif work.state == "assigned" and place is not None:
        _happen(outcome, _come_back(work, place, outcome.asks_since, scene), scene)
    place = scene.find_place(work=outcome.work)
    if outcome.work.state == "waiting" and place is not None:
        _happen(outcome, _overflow(outcome.work, place, scene), scene)


def _happen(outcome: Outcome, facts: Iterable[Fact], scene: Scene) -> None:
    for fact in facts:
        outcome.facts.append(fact)
        _become(outcome, fact, scene)


def _become(outcome: Outcome, fact: Fact, scene: Scene) -> None:
    _take_load(outcome.work, fact, scene)
    outcome.work = after(work=outcome.work, fact=fact, at=scene.now)


def _take_load(work: Work, fact: Fact, scene: Scene) -> None:
    """Count what an agent gets or loses by a fact; that an offer is accepted changes nothing."""
    was = work.member if work.state in {"offered", "assigned"} else None
    then = after(work=work, fact=fact, at=scene.now)
    becomes = then.member if then.state in {"offered", "assigned"} else None
    if was == becomes:
        return
    for member, sign in ((was, -1), (becomes, 1)):
        agent = None if member is None else scene.agents.get(member)
        if agent is not None:
            changed = replace(agent, load=agent.load + sign * agent.weighs(channel=work.channel), idle_since=scene.now)
            scene.agents[agent.id] = replace(changed, handed_at=scene.now) if sign > 0 else changed


def _lapse(work: Work, member: UUID, scene: Scene) -> list[Fact]:
    agent = scene.agents.get(member)
    if agent is None or agent.gone_since is not None:
        return [ConversationOfferLapsed(to=member, reason="agent_gone")]
    if work.until is not None and work.until <= scene.now:
        return [ConversationOfferLapsed(to=member, reason="timed_out")]
    return []


def _comes_back_at(work: Work, queue: Queue, asks_since: datetime | None, scene: Scene) -> datetime | None:
    """Answer when an agent will have been silent, or gone, for too long while the contact waits."""
    if work.snoozed or asks_since is None or work.member is None or work.since is None:
        return None
    agent = scene.agents.get(work.member)
    gone = NEVER if agent is None else agent.gone_since
    times = []
    if queue.unanswered_s is not None:
        times.append(max(asks_since, work.since) + timedelta(seconds=queue.unanswered_s))
    if queue.gone_s is not None and gone is not None:
        times.append(max(asks_since, gone, work.since) + timedelta(seconds=queue.gone_s))
    return min(times, default=None)


def _come_back(work: Work, place: Place, asks_since: datetime | None, scene: Scene) -> list[Fact]:
    at = _comes_back_at(work, place.body, asks_since, scene)
    if at is None or at > scene.now or asks_since is None:
        return []
    agent = None if work.member is None else scene.agents.get(work.member)
    there = agent is not None and agent.gone_since is None
    facts = queue_up(
        work=work,
        place=place,
        reason="unanswered" if there else "agent_gone",
        since=asks_since,
        scene=scene,
        not_to=work.member,
    )
    return [ConversationAssigned(to=None, name=None), *facts]


def _overflow(work: Work, place: Place, scene: Scene) -> list[Fact]:
    """Answer how a waiting conversation goes on to the next queue, or the one after, if it does; never in a circle."""
    facts: list[Fact] = []
    while (target := _goes_on_to(work, place, scene)) is not None:
        fact = ConversationQueued(
            queue=target.key,
            reason="overflow",
            since=work.queued_at or scene.now,
            channel=work.channel,
            ahead_s=max(work.ahead_s, target.body.priority * target.body.priority_s),
            language=work.language,
            preferred=work.preferred,
        )
        facts.append(fact)
        work, place = after(work=work, fact=fact, at=scene.now), target
    return facts


def _goes_on_to(work: Work, place: Place, scene: Scene) -> Place | None:
    overflow = place.body.overflow
    if not overflow or overflow.queue in work.path or work.team is not None:
        return None
    entered, after_s = work.entered_at or scene.now, overflow.after_s
    late = isinstance(after_s, int) and scene.now >= entered + timedelta(seconds=after_s)
    closed = overflow.outside_hours and not place.is_open
    if late or closed or (overflow.sold_out and scene.is_sold_out(place=place)):
        return scene.places.get(overflow.queue)
    return None


def _hand_out(outcome: Outcome, scene: Scene) -> None:
    work, place = outcome.work, scene.find_place(work=outcome.work)
    if place is None or not place.is_open:
        return
    agent = choose(agents=scene.agents.values(), work=work, queue=place.body, now=scene.now)
    if agent is not None:
        outcome.handed = _give(work, place, agent, scene.now)
        _become(outcome, outcome.handed, scene)


def _give(work: Work, place: Place, agent: Agent, now: datetime) -> Fact:
    if place.body.hand_out == "direct":
        return ConversationAssigned(to=agent.id, name=agent.name)
    until = now + timedelta(seconds=place.body.offer_s)
    return ConversationOffered(to=agent.id, name=agent.name, queue=place.key, until=until, attempt=work.attempt + 1)
