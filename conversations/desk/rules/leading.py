"""Who sees to whom: the leads of a team to those who are in it."""

from collections.abc import Iterable
from uuid import UUID

from conversations.desk.team import Team


def leads(*, teams: Iterable[Team], lead: UUID, member: UUID) -> bool:
    """Answer whether one leads a team that the other is in."""
    for team in teams:
        roles = {colleague.member: colleague.role for colleague in team.members}
        if roles.get(lead) == "lead" and member in roles:
            return True
    return False
