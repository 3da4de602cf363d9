"""Ending sessions, in every place that a person has them. Live delivery closes their sockets within five seconds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tenants.audit.noting import Target, Who, note
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
) -> int:
    """End a person's sessions: in one tenant or in all, one or all but one; answer how many.

    Call it in platform_context, inside the transaction of what ends them.
    """
    rows = Session.objects.filter(person=person, tenant__isnull=False)
    narrowed: dict[str, Any] = {} if tenant is None else {"tenant": tenant}
    if only is not None:
        narrowed["id"] = only
    rows = rows.filter(**narrowed).exclude(id=besides) if besides else rows.filter(**narrowed)
    ended = list(rows.values_list("tenant_id", "id", "person__name"))
    for where, session, name in ended:
        target = Target(kind="session", id=str(session), label=name)
        note(tenant=where, who=who, action="session.ended", target=target, now=now, after={"why": why})
    rows.delete()
    return len(ended)
