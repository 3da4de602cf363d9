"""What people ask so that two answer in one conversation: invite a colleague, join, decline, leave again."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.desk.commands import change, get_agent
from conversations.desk.queries import find_company
from conversations.desk.routing import hold_desk
from conversations.desk.rules import conference
from conversations.desk.scene import find_agent, read_setup
from conversations.threads.actors import SYSTEM, Actor


def invite(*, conversation: UUID, actor: Actor, to: UUID, words: str, now: datetime) -> None:
    """Ask a colleague to come, with some words; raise Invalid for who cannot answer here."""
    change(
        conversation=conversation,
        actor=actor,
        now=now,
        decide=lambda work, state: conference.invite(
            state=state, work=work, actor=actor, to=to, name=get_agent(member=to).name, words=words
        ),
    )


def join(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Come where one is invited; raise NotInvited or AtCapacity."""
    with transaction.atomic():
        hold_desk()
        agent = find_agent(member=actor.id, setup=read_setup())
        change(
            conversation=conversation,
            actor=actor,
            now=now,
            decide=lambda work, state: conference.join(
                state=state, work=work, actor=actor, has_room=agent is None or agent.has_room(channel=work.channel)
            ),
        )


def decline_invitation(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Not come; raise NotInvited."""
    change(
        conversation=conversation,
        actor=actor,
        now=now,
        decide=lambda work, state: conference.decline_invitation(state=state, work=work, actor=actor),
    )


def leave(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Go again; whoever is not there has gone."""
    change(
        conversation=conversation,
        actor=actor,
        now=now,
        decide=lambda work, state: conference.leave(state=state, work=work, actor=actor),
    )


def leave_all(*, member: UUID, now: datetime) -> None:
    """Let somebody who can answer no more be nowhere besides. Each conversation in its own transaction."""
    for conversation in find_company(member=member):
        change(
            conversation=conversation,
            actor=SYSTEM,
            now=now,
            decide=lambda work, _: conference.go(work=work, member=member),
        )
