"""Who is meant, as definitions name people: a member, a team, a role, who leads."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.definitions.kinds import KEY
from tenants.members.permissions import Role
from tenants.refusals import FieldError, wrong

Key = Annotated[str, Meta(pattern=rf"^{KEY}\Z")]


class Tell(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Whom: one of these. `owner` has the ticket; `lead_of`: who leads a team that the owner is in, or its team."""

    owner: bool = False
    member: UUID | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    lead_of: Literal["owner", "team"] | UnsetType = UNSET


def find_unclear(*, tells: Iterable[Tell], place: str) -> list[FieldError]:
    """Answer which of these name nobody, or several at once; `place` is where they stand."""
    return [
        wrong(field=f"{place}.{n}", detail="One of owner, member, team, role or lead_of.")
        for n, tell in enumerate(tells)
        if _count(tell) != 1
    ]


def _count(tell: Tell) -> int:
    said: list[Any] = [tell.owner, tell.member, tell.team, tell.role, tell.lead_of]
    return sum(each is not UNSET and each is not False for each in said)
