"""Making, rotating and revoking keys. A secret is answered once and kept only as a hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from conversations.access import rules
from conversations.access.models import ApiKey
from conversations.access.queries import find_key, hash_secret
from conversations.access.shutting import shut_key
from conversations.audit.commands import describe, record, record_all
from tenants.audit.noting import SYSTEM, Target, who_is
from tenants.closing import refuse_closed
from tenants.confirming.commands import refuse_unconfirmed
from tenants.context import current_tenant
from tenants.members.member import Member
from tenants.refusals import NotAllowed, NotFound, Refusal


class KeyRevoked(Refusal):
    """This key is revoked; make a new one."""

    code = "revoked"
    status = 409


def make_key(
    *,
    name: str,
    scopes: Sequence[str],
    networks: Sequence[str],
    expires_at: datetime | None,
    by: Member,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key; answer it and its secret. Raises NotAllowed, Unconfirmed or Invalid."""
    _check(by)
    refuse_closed(tenant=current_tenant())
    refuse_unconfirmed(tenant=current_tenant())
    secret = _new_secret()
    key = ApiKey(
        name=name,
        secret=hash_secret(secret=secret),
        hint=secret[-4:],
        scopes=rules.check_scopes(scopes=scopes, own=by.permissions),
        networks=rules.check_networks(networks=networks),
        expires_at=rules.check_expiry(expires_at=expires_at, now=now),
        created_at=now,
        created_by=by.person_id,
    )
    with transaction.atomic():
        key.save(force_insert=True)
        _record("key.made", key, by, now, after=_terms(key))
    return key, secret


def rotate_key(*, key: UUID, overlap_s: int, by: Member, now: datetime) -> tuple[ApiKey, str]:
    """Give a key a new secret; the one before works `overlap_s` longer. Raises NotAllowed, NotFound or KeyRevoked.

    Whoever is shown the secret answers for the key from now on: it may do no more than they may. For the one before
    answers who did: it ends when they leave, and where they have left already, it does not open again.
    """
    _check(by)
    secret = _new_secret()
    with transaction.atomic():
        row = _lock(key)
        if row.revoked_at is not None:
            raise KeyRevoked
        row.old_secret, row.old_until, row.old_by = row.secret, now + timedelta(seconds=overlap_s), row.created_by
        row.secret, row.hint = hash_secret(secret=secret), secret[-4:]
        row.created_by, row.rotated_at = by.person_id, now
        row.save(update_fields=["secret", "hint", "old_secret", "old_until", "old_by", "created_by", "rotated_at"])
        _record("key.rotated", row, by, now, after={"old_secret_until": row.old_until.isoformat()})
    return row, secret


def revoke_key(*, key: UUID, by: Member, now: datetime) -> None:
    """Let nobody in with it any more; a revoked key stays as it is. Raises NotAllowed or NotFound."""
    _check(by)
    tenant = current_tenant()
    if tenant.closed is not None:
        shut_key(tenant=tenant, key=_get(key), who=who_is(caller=by), now=now)
        return
    with transaction.atomic():
        row = _lock(key)
        if row.revoked_at is None:
            row.revoked_at = now
            row.save(update_fields=["revoked_at"])
            _record("key.revoked", row, by, now, before=_terms(row))


def revoke_keys_of(*, member: UUID, until: datetime, now: datetime) -> None:
    """Revoke what a member who has left answered for, as of the moment `until`: coming back opens none of it.

    Of a key that somebody else has taken over by rotating it only the secret before ends.
    """
    with transaction.atomic():
        live = ApiKey.objects.filter(revoked_at=None).annotate(since=Coalesce("rotated_at", "created_at"))
        revoked = _end(live.filter(created_by=member, since__lte=until), revoked_at=now)
        shut = _end(live.filter(old_by=member, old_secret__isnull=False), old_secret=None, old_until=None)
        said: dict[str, Any] = {"who": SYSTEM, "now": now, "after": {"why": "member_left"}}
        entries = [describe(action="key.revoked", target=_target(row), **said) for row in revoked]
        entries += [describe(action="key.old_secret_ended", target=_target(row), **said) for row in shut]
        record_all(entries=entries, now=now)


def _end(keys: QuerySet[ApiKey], **changes: datetime | None) -> list[ApiKey]:
    rows = list(keys.select_for_update().order_by("id"))
    ApiKey.objects.filter(id__in=[row.id for row in rows]).update(**changes)
    return rows


def _terms(key: ApiKey) -> dict[str, Any]:
    expires = None if key.expires_at is None else key.expires_at.isoformat()
    return {"scopes": list(key.scopes), "networks": list(key.networks), "expires_at": expires}


def _record(
    action: str,
    key: ApiKey,
    by: Member,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(who=who_is(caller=by), action=action, target=_target(key), now=now, before=before, after=after)


def _target(key: ApiKey) -> Target:
    return Target(kind="key", id=str(key.id), label=key.name)


def _check(by: Member) -> None:
    if not by.may("keys.manage"):
        raise NotAllowed


def _lock(key: UUID) -> ApiKey:
    return _get(key, lock=True)


def _get(key: UUID, *, lock: bool = False) -> ApiKey:
    row = find_key(key=key, lock=lock)
    if row is None:
        raise NotFound
    return row


def _new_secret() -> str:
    # The slug helps people and scanners to see whose it is. What counts is the hash of the whole.
    return f"sk_{current_tenant().slug}_{secrets.token_urlsafe(32)}"
