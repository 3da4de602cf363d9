"""Who sees to whom: the leads of a team to those who are in it."""

from collections.abc import Iterable
from uuid import UUID

from conversations.definitions.team.body import Team


def find_leads(*, teams: Iterable[Team], member: UUID) -> list[UUID]:
    """Answer who leads a team that a member is in; a lead sees to the other leads, too."""
    found = [
        colleague.member
        for team in teams
        if any(each.member == member for each in team.members)
        for colleague in team.members
        if colleague.role == "lead"
    ]
    return list(dict.fromkeys(found))


def leads(*, teams: Iterable[Team], lead: UUID, member: UUID) -> bool:
    """Answer whether one leads a team that the other is in."""
    return lead in find_leads(teams=teams, member=member)
