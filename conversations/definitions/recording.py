"""New versions of definitions in the audit: who put what in force, and what changed by it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from conversations.audit.commands import describe, record_all
from conversations.audit.rules import Entry
from conversations.definitions.differences import get_changes
from conversations.definitions.models import Definition
from tenants.audit.noting import Target, Who


def record_versions(*, rows: Sequence[tuple[Definition | None, Definition]], by: Who | None, now: datetime) -> None:
    """Record versions, each after the one before it. What the product does by itself at sign-up is nobody's act."""
    if by is not None:
        record_all(entries=[_describe(before, made, by, now) for before, made in rows], now=now)


def _describe(newest: Definition | None, made: Definition, by: Who, now: datetime) -> Entry:
    target = Target(kind=made.kind, id=made.key, label=str(made.body.get("name", "")))
    if newest is None:
        return describe(who=by, action=f"{made.kind}.made", target=target, now=now, after=made.body)
    before: dict[str, Any] = {"version": newest.version}
    after: dict[str, Any] = {"version": made.version}
    changes = get_changes(before=newest.body, after=made.body)
    before |= {change.path: change.before for change in changes if change.action != "added"}
    after |= {change.path: change.after for change in changes if change.action != "removed"}
    verb = "retired" if made.is_retired else "changed"
    return describe(who=by, action=f"{made.kind}.{verb}", target=target, now=now, before=before, after=after)
