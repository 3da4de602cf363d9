"""Noting: in the same transaction as the change, so that neither is there without the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from django.db import connection

from tenants.audit.models import AuditNote
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.origin import current_origin

# Its target is the tenant that the audit up to there was written for.
RESTORED: Final = "tenant.restored"
CHANNEL: Final = "yunke_audit"
WAKE: Final = "SELECT pg_notify('yunke_audit', '')"


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who did it. `label` is a name as it was then; it is personal and can be erased later."""

    kind: Literal["member", "key", "contact", "operator", "system", "nobody"]
    id: UUID | None = None
    label: str = ""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What it was done to: a kind of thing ("member", "key", "inbox", "tenant"), its id or key, and its name then."""

    kind: str
    id: str
    label: str = ""


NOBODY: Final = Who(kind="nobody")
SYSTEM: Final = Who(kind="system", label="Yunke")


def who_is(*, caller: Member | KeyBearer) -> Who:
    """Answer the caller as the audit names them."""
    if isinstance(caller, KeyBearer):
        return Who(kind="key", id=caller.key_id, label=caller.name)
    return Who(kind="member", id=caller.person_id, label=caller.name)


def note(
    *,
    tenant: UUID,
    who: Who,
    action: str,
    target: Target,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note that `who` did `action` ("member.role_changed") to `target`, in the change's own transaction in public.

    `before` and `after` are plain JSON without secrets. From where it was done is known from the request in hand.
    """
    origin = current_origin()
    AuditNote.objects.create(
        tenant=tenant,
        action=action,
        who=msgspec.to_builtins(who),
        target=msgspec.to_builtins(target),
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        address=origin.address,
        agent=origin.agent,
        at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(WAKE)
