"""Recording: in the command's own transaction, so that neither is there without the other."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import DatabaseError, connection, transaction

from conversations.audit import rules
from conversations.audit.events import AUDIT
from conversations.audit.queries import BY, PURPOSE, find_carried, get_end
from conversations.engine import log
from conversations.engine.events import Draft
from tenants.audit.models import AuditNote
from tenants.audit.noting import Target, Who
from tenants.context import TenantRef, current_tenant, platform_context, tenant_context
from tenants.origin import current_origin
from tenants.queries import get_active_tenants
from tenants.secrets import sign

logger = structlog.get_logger(__name__)

AT_ONCE: Final = 200
_MOVE: Final = "SELECT public.move_audit_anchor(%s, %s, %s, %s, %s)"


def record(
    *,
    who: Who,
    action: str,
    target: Target,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Record that `who` did `action` ("key.made") to `target`: plain JSON, and never a secret.

    Call it where nothing has been appended to the log yet: it waits for the audit's stream, and whoever has appended
    holds the tenant's head.
    """
    record_all(entries=[describe(who=who, action=action, target=target, now=now, before=before, after=after)], now=now)


def describe(
    *,
    who: Who,
    action: str,
    target: Target,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> rules.Entry:
    """Answer an entry, done from where the request in hand comes."""
    origin = current_origin()
    return rules.Entry(
        at=now,
        who=who.kind,
        who_id=who.id,
        label=who.label,
        action=action,
        target=target.kind,
        target_id=target.id,
        target_label=target.label,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        address=origin.address,
        agent=origin.agent,
    )


def record_all(*, entries: Sequence[rules.Entry], now: datetime) -> None:
    """Record several, one after the other."""
    _chain([(None, entry) for entry in entries], now)


def carry_notes(*, now: datetime) -> int:
    """Bring what was noted in public into each tenant's audit, once; answer how many. Who is closed has to wait."""
    carried = 0
    with platform_context():
        waiting = set(AuditNote.objects.values_list("tenant", flat=True).distinct())
    for tenant in get_active_tenants() if waiting else []:
        if tenant.id in waiting and tenant.closed is None:
            try:
                carried += _carry(tenant, _read_notes(tenant), now)
            except DatabaseError as error:  # closed or locked just now: its notes wait, the others' do not
                if not connection.is_usable():
                    raise
                logger.warning("audit.not_carried", schema=tenant.schema, error=type(error).__name__)
    return carried


def _read_notes(tenant: TenantRef) -> list[AuditNote]:
    with platform_context():
        return list(AuditNote.objects.filter(tenant=tenant.id).order_by("id")[:AT_ONCE])


def _carry(tenant: TenantRef, notes: Sequence[AuditNote], now: datetime) -> int:
    """Copy, commit, then delete: who is killed in between does it again, and finds each note by its id."""
    with tenant_context(tenant), transaction.atomic():
        log.ensure_streams(subjects=[AUDIT])
        log.lock(subjects=[AUDIT])
        known = find_carried(ids=[str(note.id) for note in notes])
        _chain([(str(note.id), _entry(note)) for note in notes if str(note.id) not in known], now)
    _forget(notes)
    return len(notes)


def _forget(notes: Sequence[AuditNote]) -> None:
    with platform_context():
        AuditNote.objects.filter(id__in=[note.id for note in notes]).delete()


def _entry(note: AuditNote) -> rules.Entry:
    return rules.Entry(
        at=note.at,
        who=note.who["kind"],
        who_id=None if note.who["id"] is None else UUID(note.who["id"]),
        label=note.who["label"],
        action=note.action,
        target=note.target["kind"],
        target_id=note.target["id"],
        target_label=note.target["label"],
        before=note.before,
        after=note.after,
        address=note.address,
        agent=note.agent,
    )


def _chain(entries: Sequence[tuple[str | None, rules.Entry]], now: datetime) -> None:
    if not entries:
        return
    with transaction.atomic():
        log.ensure_streams(subjects=[AUDIT])
        log.lock(subjects=[AUDIT])
        tenant = current_tenant().id
        signing = partial(_sign, tenant)
        begin = end = get_end()
        drafts = []
        for client_id, entry in entries:
            fact = rules.append(entry=entry, to=end, tenant=tenant, salt=secrets.token_hex(16), sign=signing)
            drafts.append(Draft(subject=AUDIT, fact=fact, sender=BY if client_id else None, client_id=client_id))
            end = rules.Link(fact.n, fact.digest)
        log.append(drafts=drafts, at=now)
        with connection.cursor() as cursor:
            signature = rules.sign_end(end=end, sign=signing)
            cursor.execute(_MOVE, [begin.n, begin.digest, end.n, end.digest, signature])


def _sign(tenant: UUID, text: str) -> str:
    return sign(text=text, purpose=PURPOSE, tenant=tenant)
