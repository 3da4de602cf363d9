"""What routing looks at besides conversations: the queues in force, and everybody who may answer, as they are now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import connection

from conversations.definitions.calendar.body import CALENDAR, Calendar
from conversations.definitions.calendar.rules import is_open, next_opening
from conversations.definitions.inbox.body import KIND as INBOX
from conversations.definitions.queries import get_in_force
from conversations.definitions.team.body import TEAM, Team
from conversations.desk.agent import AGENT
from conversations.desk.agent import Agent as AgentBody
from conversations.desk.queue import QUEUE, Queue
from conversations.desk.rules.routing import Place
from conversations.desk.rules.serving import NEVER, Agent
from conversations.presence.queries import Seen, get_seen
from tenants.members.queries import Colleague, get_colleagues

ANSWERS: Final = "conversations.reply"

# What is assigned, and not snoozed, is counted where it is shown, whoever assigned it; what is offered besides, where
# nobody has it yet; and where somebody has joined whoever has it.
_LOADS: Final = """
SELECT member, channel, count(*) FROM (
    SELECT c.assignee AS member, coalesce(w.channel, 'webchat') AS channel
    FROM conversation c LEFT JOIN work w ON w.id = c.id
    WHERE c.assignee = ANY(%(members)s) AND c.status = 'open' AND c.snoozed_seq IS NULL
    UNION ALL
    SELECT w.member, w.channel FROM work w JOIN conversation c ON c.id = w.id
    WHERE w.state = 'offered' AND w.member = ANY(%(members)s) AND c.status = 'open' AND c.assignee IS NULL
    UNION ALL
    SELECT j.member, w.channel FROM work w JOIN conversation c ON c.id = w.id, unnest(w.joined) j(member)
    WHERE w.joined <> '{}' AND j.member = ANY(%(members)s) AND c.status = 'open' AND c.snoozed_seq IS NULL
) taken GROUP BY member, channel
"""
_LAST: Final = """
SELECT m, (SELECT max(w.since) FROM work w WHERE w.member = m), (SELECT max(w.handed_at) FROM work w WHERE w.member = m)
FROM unnest(%(members)s::uuid[]) m
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is in force. `inboxes` says which queue an inbox's conversations wait in; `teams` who is in which."""

    queues: Mapping[str, Queue] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    inboxes: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[UUID, frozenset[str]] = field(default_factory=dict)
    agents: Mapping[UUID, AgentBody] = field(default_factory=dict)


def read_setup() -> Setup:
    """Answer what is in force now."""
    rows = get_in_force(kinds=[QUEUE.name, TEAM.name, AGENT.name, CALENDAR.name, INBOX])
    bodies = {kind: {row.key: row.body for row in rows if row.kind == kind} for kind in {row.kind for row in rows}}
    teams: dict[UUID, set[str]] = {}
    for key, body in bodies.get(TEAM.name, {}).items():
        for colleague in msgspec.convert(body, Team).members:
            teams.setdefault(colleague.member, set()).add(key)
    return Setup(
        queues={key: msgspec.convert(body, Queue) for key, body in bodies.get(QUEUE.name, {}).items()},
        calendars={key: msgspec.convert(body, Calendar) for key, body in bodies.get(CALENDAR.name, {}).items()},
        inboxes={key: body["queue"] for key, body in bodies.get(INBOX, {}).items() if body.get("queue")},
        teams={member: frozenset(keys) for member, keys in teams.items()},
        agents={UUID(key): msgspec.convert(body, AgentBody) for key, body in bodies.get(AGENT.name, {}).items()},
    )


def read_places(*, setup: Setup, waiting: Mapping[str, int], now: datetime) -> dict[str, Place]:
    """Answer every queue as it is now; `waiting` is how many wait in each."""
    return {key: _place(key, body, setup, waiting.get(key, 0), now) for key, body in setup.queues.items()}


def read_agents(*, setup: Setup, absent: bool = False) -> dict[UUID, Agent]:
    """Answer everybody who may answer, with loads and turns of those who are online, or of the `absent`, too."""
    colleagues = [each for each in get_colleagues() if ANSWERS in each.permissions]
    presence = get_seen()
    counted = [each.person_id for each in colleagues if absent or _state(presence, each.person_id) == "online"]
    loads, last = read_loads(members=counted), _read_last(counted)
    return {
        each.person_id: make_agent(
            colleague=each,
            setup=setup,
            presence=presence.get(each.person_id),
            loads=loads.get(each.person_id, {}),
            last=last.get(each.person_id, (None, None)),
        )
        for each in colleagues
    }


def find_agent(*, member: UUID, setup: Setup) -> Agent | None:
    """Answer one member who may answer, with their load."""
    found = [each for each in get_colleagues() if each.person_id == member and ANSWERS in each.permissions]
    if not found:
        return None
    loads = read_loads(members=[member]).get(member, {})
    presence = get_seen().get(member)
    return make_agent(colleague=found[0], setup=setup, presence=presence, loads=loads)


def read_loads(*, members: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    """Answer how many conversations of each channel these members have or are offered."""
    loads: dict[UUID, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LOADS, {"members": list(members)})
        for member, channel, count in cursor.fetchall():
            loads.setdefault(member, {})[channel] = count
    return loads


def make_agent(
    *,
    colleague: Colleague,
    setup: Setup,
    presence: Seen | None,
    loads: Mapping[str, int],
    last: tuple[datetime | None, datetime | None] = (None, None),
) -> Agent:
    """Answer a member as routing sees them."""
    body = setup.agents.get(colleague.person_id, AgentBody())
    gone = presence is None or presence.state == "offline"
    idle_since, handed_at = last
    return Agent(
        id=colleague.person_id,
        name=colleague.name,
        is_online=presence is not None and presence.state == "online",
        gone_since=(presence.since if presence is not None else NEVER) if gone else None,
        teams=setup.teams.get(colleague.person_id, frozenset()),
        skills=body.skills,
        languages=body.languages,
        capacity=body.capacity,
        weights=body.weights,
        load=sum(count * body.weights.get(channel, 1) for channel, count in loads.items()),
        idle_since=idle_since,
        handed_at=handed_at,
    )


def _place(key: str, body: Queue, setup: Setup, waiting: int, now: datetime) -> Place:
    calendar = setup.calendars.get(body.calendar) if isinstance(body.calendar, str) else None
    if calendar is None or is_open(calendar=calendar, at=now):
        return Place(key=key, body=body, waiting=waiting)
    return Place(key=key, body=body, waiting=waiting, is_open=False, opens_at=next_opening(calendar=calendar, at=now))


def _state(presence: Mapping[UUID, Seen], member: UUID) -> str:
    row = presence.get(member)
    return "offline" if row is None else row.state


def _read_last(members: Iterable[UUID]) -> dict[UUID, tuple[datetime | None, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST, {"members": list(members)})
        return {member: (since, handed_at) for member, since, handed_at in cursor.fetchall()}
