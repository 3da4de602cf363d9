"""Who may have a conversation now, and who of them gets it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conversations.desk.agent import CAPACITY
from conversations.desk.queue import Queue
from conversations.desk.rules.work import Work

NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A member who may answer. `load` are the points of `capacity` that are taken; offers count.

    `idle_since` is when they last got or finished something, `handed_at` when they last got something; None: never.
    `gone_since` is since when they are offline; None while they are not.
    """

    id: UUID
    name: str = ""
    is_online: bool = True
    gone_since: datetime | None = None
    teams: frozenset[str] = frozenset()
    skills: Mapping[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    capacity: int = CAPACITY
    weights: Mapping[str, int] = field(default_factory=dict)
    load: int = 0
    idle_since: datetime | None = None
    handed_at: datetime | None = None

    def weighs(self, *, channel: str) -> int:
        """Answer how many points a conversation of a channel takes."""
        return self.weights.get(channel, 1)

    def has_room(self, *, channel: str) -> bool:
        """Answer whether one more would fit."""
        return self.load + self.weighs(channel=channel) <= self.capacity


def serves(*, agent: Agent, queue: Queue, team: str | None) -> bool:
    """Answer whether an agent is one of a queue's; a queue that names nobody is everybody's."""
    if team is not None:
        return team in agent.teams
    if not queue.teams and not queue.members:
        return True
    return agent.id in queue.members or not agent.teams.isdisjoint(queue.teams)


def relaxed_by(*, queue: Queue, entered_at: datetime, now: datetime) -> tuple[int, bool]:
    """Answer by how many levels a wait has lowered what is required, and whether any language will do."""
    passed = [step for step in queue.relaxations if now >= entered_at + timedelta(seconds=step.after_s)]
    return max((step.levels for step in passed), default=0), any(step.any_language for step in passed)


def is_able(*, agent: Agent, queue: Queue, language: str | None, levels: int, any_language: bool) -> bool:
    """Answer whether an agent has the skills and the language, once they are relaxed so far."""
    skilled = all(
        needed - levels < 1 or agent.skills.get(skill, 0) >= needed - levels for skill, needed in queue.skills.items()
    )
    return skilled and (not queue.match_language or any_language or _speaks(agent, language))


def may_have(*, agent: Agent, work: Work, queue: Queue, now: datetime) -> bool:
    """Answer whether a waiting conversation may be handed to an agent now."""
    if not agent.is_online or not serves(agent=agent, queue=queue, team=work.team):
        return False
    asked = work.asked.get(agent.id)
    if asked is not None and now < asked + timedelta(seconds=queue.again_s):
        return False
    levels, any_language = relaxed_by(queue=queue, entered_at=work.entered_at or now, now=now)
    able = is_able(agent=agent, queue=queue, language=work.language, levels=levels, any_language=any_language)
    return able and agent.has_room(channel=work.channel)


def choose(*, agents: Iterable[Agent], work: Work, queue: Queue, now: datetime) -> Agent | None:
    """Answer who gets a waiting conversation; None if nobody may have it."""
    fit = [agent for agent in agents if may_have(agent=agent, work=work, queue=queue, now=now)]
    if queue.sticky:
        fit = [agent for agent in fit if agent.id == work.preferred] or fit
    return min(fit, key=_STRATEGIES[queue.strategy], default=None)


def _speaks(agent: Agent, language: str | None) -> bool:
    return language is None or language.split("-")[0] in {each.split("-")[0] for each in agent.languages}


def _by_load(agent: Agent) -> tuple[Any, ...]:
    return agent.load / agent.capacity if agent.capacity else 1.0, agent.handed_at or NEVER, agent.id


def _by_idleness(agent: Agent) -> tuple[Any, ...]:
    return agent.idle_since or NEVER, agent.id


def _by_turn(agent: Agent) -> tuple[Any, ...]:
    return agent.handed_at or NEVER, agent.id


_STRATEGIES: Final[Mapping[str, Callable[[Agent], tuple[Any, ...]]]] = {
    "least_loaded": _by_load,
    "longest_idle": _by_idleness,
    "round_robin": _by_turn,
}


def next_relaxation(*, queue: Queue, entered_at: datetime, now: datetime) -> datetime | None:
    """Answer when less will be required than now."""
    times = (entered_at + timedelta(seconds=step.after_s) for step in queue.relaxations)
    return min((at for at in times if at > now), default=None)
