"""Who is told of a step of the ladder, as it is when the step is taken: members, teams and their leads."""

from collections.abc import Iterable
from functools import cached_property
from uuid import UUID

import msgspec
from msgspec import UnsetType

from conversations.definitions.queries import get_in_force
from conversations.definitions.team.body import TEAM, Team
from conversations.definitions.team.rules import find_leads
from conversations.tickets.kind.people import Tell
from conversations.tickets.promises.policy import Level
from conversations.tickets.rules.asking import HANDLE
from conversations.tickets.rules.ticket import Ticket
from tenants.members.queries import Colleague, get_colleagues


class Directory:
    """The company's people; nothing is read before somebody is to be told."""

    def whom(self, level: Level, ticket: Ticket) -> tuple[UUID, ...]:
        """Answer whom a step tells, each once: those who are members now."""
        return self.find(level.tells, ticket)

    def find(self, tells: Iterable[Tell], ticket: Ticket) -> tuple[UUID, ...]:
        """Answer who is meant, each once: those who are members now."""
        found = [member for tell in tells for member in self._of(tell, ticket)]
        return tuple(member for member in dict.fromkeys(found) if member in self._people)

    def may(self, member: UUID, permission: str) -> bool:
        """Tell whether somebody is a member who may do something."""
        found = self._people.get(member)
        return found is not None and permission in found.permissions

    def name_of(self, member: UUID) -> str | None:
        """Answer the name of a member who may handle tickets."""
        return self._people[member].name if self.may(member, HANDLE) else None

    def _of(self, tell: Tell, ticket: Ticket) -> list[UUID]:
        if tell.owner:
            return [] if ticket.owner is None else [ticket.owner]
        if isinstance(tell.member, UUID):
            return [tell.member]
        if isinstance(tell.team, str):
            return self._members(tell.team)
        if not isinstance(tell.role, UnsetType):
            return [each.person_id for each in self._people.values() if each.role == tell.role.value]
        return self._leads(tell, ticket)

    def _members(self, key: str) -> list[UUID]:
        team = self._teams.get(key)
        return [] if team is None else [each.member for each in team.members]

    def _leads(self, tell: Tell, ticket: Ticket) -> list[UUID]:
        if tell.lead_of == "owner":
            return [] if ticket.owner is None else find_leads(teams=self._teams.values(), member=ticket.owner)
        team = self._teams.get(ticket.team or "")
        return [] if team is None else [each.member for each in team.members if each.role == "lead"]

    @cached_property
    def _people(self) -> dict[UUID, Colleague]:
        return {each.person_id: each for each in sorted(get_colleagues(), key=lambda each: each.person_id)}

    @cached_property
    def _teams(self) -> dict[str, Team]:
        return {row.key: msgspec.convert(row.body, Team) for row in get_in_force(kinds=[TEAM.name])}
