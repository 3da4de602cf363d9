"""Whom a ticket is given to: members who may handle tickets, and teams in force."""

from typing import Final
from uuid import UUID

import msgspec

from conversations.definitions.queries import find_definition
from conversations.tickets.rules.asking import HANDLE
from conversations.tickets.rules.changing import Wanted
from tenants.members.queries import get_colleagues
from tenants.refusals import Invalid

TEAM: Final = "team"  # the kind of definitions


def name_people(*, wanted: Wanted) -> Wanted:
    """Answer it with the owner's name; raise Invalid for who may not handle tickets, or a team not in force."""
    if wanted.team and find_definition(kind=TEAM, key=wanted.team) is None:
        raise Invalid(errors=[{"field": "team", "code": "not_found", "detail": "There is no such team."}])
    if not wanted.owner:
        return wanted
    return msgspec.structs.replace(wanted, name=get_name(member=wanted.owner, field="owner"))


def get_name(*, member: UUID, field: str) -> str:
    """Answer the name of a member who may handle tickets; raise Invalid."""
    for each in get_colleagues():
        if each.person_id == member and HANDLE in each.permissions:
            return each.name
    raise Invalid(errors=[{"field": field, "code": "not_found", "detail": "No such member can handle tickets."}])
