"""A lead or a supervisor sets a colleague's state: who may, what the audit says, and over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.audit.commands import record
from conversations.definitions.queries import get_in_force
from conversations.definitions.team.body import TEAM, Team
from conversations.definitions.team.rules import leads
from conversations.presence import commands
from conversations.presence.events import PresenceChanged, State
from conversations.presence.queries import find_presence, standing_of
from conversations.presence.rules import Standing
from conversations.threads.actors import Actor, as_who, of_member
from tenants.audit.noting import Target
from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, describe
from tenants.members.authentication import get_member
from tenants.members.queries import get_colleagues
from tenants.refusals import NotAllowed, NotFound


class StateBody(Body, frozen=True):
    """What they are to be; the reason is the key of a `presence_reason` that goes with the state."""

    state: State
    reason: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}(?![\s\S])")] | None = None


class StateShown(Answer, frozen=True):
    """In what state a colleague is now, why, and since when; null if never seen."""

    member: UUID
    state: State
    reason: str | None
    since: datetime | None


class ColleaguePresence(APIView):
    """`/api/v1/members/{person}/presence`."""

    @describe(
        Described(body=StateBody, answers={200: StateShown}, refusals=(NotAllowed, NotFound), example={"state": "busy"})
    )
    def put(self, request: Request, person: UUID) -> Response:
        """Choose a colleague's state: for those who may assign, and leads of a team that the colleague is in.

        The colleague is told who did it, and may choose another.
        """
        said, actor = read_body(data=request.data, shape=StateBody), of_member(member=get_member(request=request))
        set_state(member=person, actor=actor, state=said.state, reason=said.reason, now=datetime.now(UTC))
        row = find_presence(member=person)
        standing = Standing() if row is None else standing_of(row=row)
        shown = StateShown(
            member=person, state=standing.state, reason=standing.shown_reason, since=None if row is None else row.since
        )
        return Response(msgspec.to_builtins(shown))


def set_state(*, member: UUID, actor: Actor, state: State, reason: str | None, now: datetime) -> None:
    """Let a colleague be in a state, audited; raise NotAllowed, or NotFound for whoever is no member."""
    if not actor.may("conversations.assign") and not leads(teams=_read_teams(), lead=actor.id, member=member):
        raise NotAllowed
    found = next((each for each in get_colleagues() if each.person_id == member), None)
    if found is None:
        raise NotFound

    def audit(was: Standing, fact: PresenceChanged) -> None:
        target = Target(kind="member", id=str(member), label=found.name)
        before = {"state": was.chosen, "reason": was.reason}
        after = {"state": fact.chosen, "reason": fact.reason}
        record(who=as_who(actor=actor), action="presence.set", target=target, now=now, before=before, after=after)

    own = actor.id == member
    commands.choose(member=member, state=state, reason=reason, by=actor.id, before=None if own else audit)


def _read_teams() -> list[Team]:
    return [msgspec.convert(row.body, Team) for row in get_in_force(kinds=[TEAM.name])]
