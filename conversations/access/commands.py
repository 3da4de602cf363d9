"""Making, rotating and revoking keys. A secret is answered once and kept only as a hash."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

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
from tenants.members.permissions import KEY_SCOPES
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
    own = frozenset(scope for scope in KEY_SCOPES if "." in scope and by.may(scope))
    secret = _new_secret()
    key = ApiKey(
        name=name,
        secret=hash_secret(secret=secret),
        hint=secret[-4:],
        scopes=rules.check_scopes(scopes=scopes, own=own),
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

    Whoever is shown the secret answers for the key from now on: it may do no more than they may.
    """
    _check(by)
    secret = _new_secret()
    with transaction.atomic():
        row = _lock(key)
        if row.revoked_at is not None:
            raise KeyRevoked
        row.old_secret, row.old_until = row.secret, now + timedelta(seconds=overlap_s)
        row.secret, row.hint = hash_secret(secret=secret), secret[-4:]
        row.created_by = by.person_id
        row.save(update_fields=["secret", "hint", "old_secret", "old_until", "created_by"])
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
    """Revoke what a member who has left answered for, as of the moment `until`: coming back opens none of it."""
    with transaction.atomic():
        theirs = ApiKey.objects.filter(created_by=member, created_at__lte=until, revoked_at=None)
        rows = list(theirs.select_for_update().order_by("id"))
        theirs.filter(id__in=[row.id for row in rows]).update(revoked_at=now)
        entries = [
            describe(who=SYSTEM, action="key.revoked", target=_target(row), now=now, after={"why": "member_left"})
            for row in rows
        ]
        record_all(entries=entries, now=now)


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
