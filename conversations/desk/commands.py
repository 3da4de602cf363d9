"""What people ask of the desk: accept or decline what they are offered, hand on what they have, help themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.desk import projections
from conversations.desk.models import WorkRow
from conversations.desk.routing import hold_desk
from conversations.desk.rules import offers
from conversations.desk.rules.routing import queue_to
from conversations.desk.rules.serving import Agent
from conversations.desk.rules.work import Work
from conversations.desk.scene import Setup, find_agent, read_places, read_setup
from conversations.engine import log, timers
from conversations.engine.events import Draft, Fact
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.commands import assign, record
from conversations.threads.queries import get_conversation, get_open_of, get_state
from conversations.threads.rules import Conversation
from tenants.refusals import Invalid

Decide = Callable[[Work, Conversation], Sequence[Fact]]


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """Whom a conversation is handed on to: one of them."""

    agent: UUID | None = None
    team: str | None = None
    queue: str | None = None


def accept(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Take what is offered; raise OfferGone if it was withdrawn, has lapsed or is another's."""
    change(
        conversation=conversation, actor=actor, now=now, decide=lambda work, _: offers.accept(work=work, actor=actor)
    )


def decline(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Leave what is offered to somebody else; raise OfferGone."""
    change(
        conversation=conversation, actor=actor, now=now, decide=lambda work, _: offers.decline(work=work, actor=actor)
    )


def hand_on(*, conversation: UUID, actor: Actor, to: To, words: str, now: datetime) -> bool:
    """Hand a conversation on with some words; answer whether it is more than its new agent has room for.

    Raises AtCapacity where the actor may not assign more than fits, Invalid for who or what is not there.
    """
    over: list[bool] = []

    def decide(work: Work, state: Conversation) -> Sequence[Fact]:
        offers.check_hand_on(state=state, actor=actor)
        if to.agent is None:
            return _hand_to_queue(work, state, actor, to, words, now)
        agent = get_agent(member=to.agent)
        has_room = state.assignee == agent.id or agent.has_room(channel=work.channel)
        over.append(not has_room)
        return offers.hand_to_agent(
            state=state, actor=actor, to=agent.id, name=agent.name, has_room=has_room, words=words
        )

    with transaction.atomic():
        hold_desk()
        change(conversation=conversation, actor=actor, now=now, decide=decide)
    return any(over)


def check_take(*, conversation: UUID, actor: Actor) -> None:
    """Refuse whoever helps themselves to more than there is room for, or to what another is asked about.

    Called in the taking's own transaction, before the conversation is held. Where nothing is routed nothing is counted.
    """
    row = WorkRow.objects.filter(id=conversation, queue__isnull=False).first()
    if row is None or actor.kind != "member":
        return
    hold_desk()
    agent = find_agent(member=actor.id, setup=read_setup())
    work = projections.load(conversations=[conversation])[conversation].work
    has_room = agent is None or agent.has_room(channel=work.channel)
    offers.check_take(work=work, actor=actor, has_room=has_room)


def release(*, member: UUID, now: datetime) -> int:
    """Give everything open that a member has back to nobody, so that others see it waits; answer how many.

    Each conversation in its own transaction. Asking again finds what is left.
    """
    held = get_open_of(member=member)
    for conversation in held:
        assign(conversation=conversation, actor=SYSTEM, to=None, now=now)
    return len(held)


def change(*, conversation: UUID, actor: Actor, now: datetime, decide: Decide) -> None:
    """Let happen to a conversation what `decide` answers, held and as the log tells it now."""
    with transaction.atomic():
        log.lock(subjects=[conversation])
        folded = projections.load(conversations=[conversation])[conversation]
        facts = decide(folded.work, get_state(conversation=conversation))
        drafts = [
            Draft(subject=conversation, fact=fact, sender=actor.id, client_id=actor.name_for(nth=nth))
            for nth, fact in enumerate(facts)
        ]
        for event in record(drafts=drafts, at=now):
            folded = projections.take_in(folded=folded, event=event)
        if drafts:
            # The router sees to it at once, by the event, and says when to look again; this is if the event is lost.
            due = now if folded.work.queue is not None and folded.work.state != "done" else None
            projections.save(folded=[folded], due={conversation: due}, steps={})
            timers.call_by(due=due)


def get_agent(*, member: UUID) -> Agent:
    """Answer a member who may answer; raise Invalid."""
    agent = find_agent(member=member, setup=read_setup())
    if agent is None:
        detail = "No such member can answer here."
        raise Invalid(errors=[{"field": "agent", "code": "not_found", "detail": detail}])
    return agent


def _hand_to_queue(work: Work, state: Conversation, actor: Actor, to: To, words: str, now: datetime) -> Sequence[Fact]:
    setup = read_setup()
    key = to.queue or work.queue or setup.inboxes.get(get_conversation(conversation=state.id).inbox)
    field = "team" if to.queue is None else "queue"
    if key is None or key not in setup.queues or (to.team is not None and not _is_team(setup, to.team)):
        detail = (
            "There is no such team, or no queue for it to be handed out by." if field == "team" else "No such queue."
        )
        raise Invalid(errors=[{"field": field, "code": "not_found", "detail": detail}])
    place = read_places(setup=setup, waiting={}, now=now)[key]
    return queue_to(work=work, place=place, team=to.team, by=actor.id, words=words, assignee=state.assignee, now=now)


def _is_team(setup: Setup, key: str) -> bool:
    return any(key in teams for teams in setup.teams.values())
