"""Who works together: the definition kind `team`."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind
from tenants.refusals import Invalid

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]


class Colleague(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A member of the team; a lead sees to the others."""

    member: UUID
    role: Literal["lead", "agent"] = "agent"


class Team(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A team of the company's members."""

    name: Name
    members: Annotated[tuple[Colleague, ...], Meta(max_length=1000)] = ()


def check_team(body: Team) -> Team:
    """Answer the team; raise Invalid for whoever is in it twice."""
    seen: set[UUID] = set()
    for index, colleague in enumerate(body.members):
        if colleague.member in seen:
            detail = "This member is in the team already."
            raise Invalid(errors=[{"field": f"members.{index}.member", "code": "duplicate", "detail": detail}])
        seen.add(colleague.member)
    return body


TEAM: Final = Kind(
    name="team",
    titles={"en": "Team", "zh": "团队"},
    body=Team,
    check=check_team,
    members=("members.*.member",),
)
