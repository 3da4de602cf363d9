"""Tickets as lines of a list: what each is called, where it stands, who has it, and until when what is promised."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from conversations.console.tickets.words import CATEGORIES, PRIORITIES, PROMISES, name_in
from conversations.definitions.queries import get_definitions
from conversations.tickets.commands.naming import TEAM
from conversations.tickets.kind.body import Status
from conversations.tickets.looking import Looked
from conversations.tickets.promises.queries import Standing
from conversations.tickets.types import get_type


def get_team_names() -> dict[str, str]:
    """Answer the names of the teams in force, by their keys."""
    return {row.key: str(row.body["name"]) for row in get_definitions(kind=TEAM)}


def show_rows(*, rows: Sequence[Looked], names: Mapping[UUID, str], personal: bool) -> list[dict[str, Any]]:
    """Answer what is shown of each."""
    types = {key: get_type(key=key) for key in {row.ticket.type for row in rows}}
    teams = get_team_names()
    return [
        {
            "id": row.id,
            "number": row.called,
            "title": row.title if personal else "—",
            "category": row.category,
            "status": name_status(status=types[row.type].find_status(row.status), category=row.category),
            "priority": row.priority,
            "priority_words": gettext(PRIORITIES[row.priority]),
            "owner": names.get(row.owner, "—") if row.owner else "",
            "team": teams.get(row.team, row.team) if row.team else "",
            "clock": show_clock(standings=standings),
            "changed_at": row.changed_at,
        }
        for row, standings in ((each.ticket, each.standings) for each in rows)
    ]


def name_status(*, status: Status | None, category: str) -> str:
    """Answer what a status is called; one that its type has no more by its category."""
    return gettext(CATEGORIES[category]) if status is None else name_in(body=status)


def show_clock(*, standings: Iterable[Standing]) -> dict[str, Any] | None:
    """Answer the promise that matters most: one that is broken, or else the one that would be first."""
    standings = list(standings)
    broken = [one for one in standings if one.clock.broken]
    running = [one for one in standings if one.due_at is not None and not one.clock.broken]
    if broken:
        return _clock(min(broken, key=lambda one: one.clock.start), "broken")
    if running:
        return _clock(min(running, key=_due), "running")
    return _clock(standings[0], "still") if standings else None


def show_promises(*, standings: Iterable[Standing]) -> list[dict[str, Any]]:
    """Answer every promise that runs or stands still, with how far its ladder is."""
    return [
        {
            **_clock(one, "broken" if one.clock.broken else "running" if one.due_at else "still"),
            "policy": one.policy,
            "steps": [step.rpartition(".")[2] for step in one.clock.reached],
            "asked": bool(one.clock.reached) and one.clock.acknowledged_at is None,
            "acknowledged": one.clock.acknowledged_at,
        }
        for one in standings
    ]


def _clock(one: Standing, state: str) -> dict[str, Any]:
    return {"promise": gettext(PROMISES[one.clock.promise]), "state": state, "due_at": one.due_at}


def _due(one: Standing) -> datetime:
    return one.due_at or datetime.max.replace(tzinfo=one.clock.start.tzinfo)
