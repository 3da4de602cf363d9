"""Ending sessions, in every place that a person has them. Live delivery closes their sockets within five seconds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.audit.noting import Target, Who, note
from tenants.members.proof import Way
from tenants.models import Session


def end_sessions(
    *,
    person: UUID,
    who: Who,
    why: str,
    now: datetime,
    tenant: UUID | None = None,
    only: UUID | None = None,
    besides: UUID | None = None,
    way: Way | None = None,
) -> int:
    """End a person's sessions: in one tenant or in all, one or all but one, or those begun in one way; answer how many.

    Call it in platform_context, inside the transaction of what ends them.
    """
    rows = Session.objects.filter(person=person, tenant__isnull=False)
    asked: dict[str, Any] = {"tenant": tenant, "id": only, "way": None if way is None else way.value}
    rows = rows.filter(**{name: value for name, value in asked.items() if value is not None})
    rows = rows.exclude(id=besides) if besides else rows
    ended = list(rows.select_related("person").select_for_update(of=("self",)))  # two who end one note it once
    for row in ended:
        _note(row, who, why, now)
    Session.objects.filter(session_key__in=[row.session_key for row in ended]).delete()
    return len(ended)


def _note(row: Session, who: Who, why: str, now: datetime) -> None:
    if row.tenant_id is None or row.person is None:
        return
    began = {"began_at": row.created_at.isoformat(), "way": row.way, "address": row.address, "agent": row.agent}
    note(
        tenant=row.tenant_id,
        who=who,
        action="session.ended",
        target=Target(kind="session", id=str(row.id), label=row.person.name),
        now=now,
        before=began,
        after={"why": why},
    )
