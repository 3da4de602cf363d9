"""Finding keys."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from conversations.access import rules
from conversations.access.models import ApiKey
from tenants.context import current_tenant
from tenants.members.bearer import KeyBearer
from tenants.members.queries import find_stayed, get_leaving, get_members
from tenants.paging import Page, Window, cut, turn

Makers = Mapping[UUID, frozenset[str]]  # what each live member may do
USED_WITHIN: Final = timedelta(minutes=10)


def hash_secret(*, secret: str) -> str:
    """Answer what is stored of a secret: it is random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_bearer(*, secret: str, address: str, now: datetime) -> KeyBearer | None:
    """Answer who shows this secret, if a key of the current tenant opens with it; note its use, at most every 10 min.

    Wrong, another tenant's, expired, revoked, from elsewhere, or of somebody who has left since they made it: whoever
    shows it learns nothing of the difference. Call it outside transactions: who answers for it is looked up in public.
    """
    shown = hash_secret(secret=secret)
    key = ApiKey.objects.filter(Q(secret=shown) | Q(old_secret=shown)).first()
    if key is None or not rules.opens(terms=_terms(key, shown), address=address, now=now):
        return None
    maker = find_stayed(tenant=current_tenant(), person_id=key.created_by, since=key.created_at)
    if maker is None:
        return None
    unnoted = key.last_used_at is None or key.last_used_at < now - USED_WITHIN
    if unnoted and current_tenant().closed is None:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return KeyBearer(current_tenant().id, key.id, key.name, rules.cut_scopes(scopes=key.scopes, own=maker.permissions))


def find_makers() -> Makers:
    """Answer what each live member of the current tenant may do; whoever answers for a key is one, or it is shut.

    Who left and is back counts once the keys they had then are revoked.
    """
    tenant = current_tenant()
    leaving = get_leaving(tenant=tenant)
    found = get_members(tenant=tenant)
    return {member.person_id: member.permissions for member in found if member.person_id not in leaving}


def judge_key(*, key: ApiKey, makers: Makers, now: datetime) -> tuple[rules.Status, frozenset[str]]:
    """Answer what has become of a key, and what it may do now."""
    own = makers.get(key.created_by)
    status = rules.status_of(
        revoked=key.revoked_at is not None, expires_at=key.expires_at, is_answered_for=own is not None, now=now
    )
    may = rules.cut_scopes(scopes=key.scopes, own=own) if own is not None and status == "live" else frozenset[str]()
    return status, may


def _terms(key: ApiKey, shown: str) -> rules.Terms:
    return rules.Terms(
        revoked=key.revoked_at is not None,
        expires_at=key.expires_at,
        until=None if key.secret == shown else key.old_until,
        networks=tuple(key.networks),
    )


def find_key(*, key: UUID, lock: bool = False) -> ApiKey | None:
    """Answer one key, revoked or not."""
    rows = ApiKey.objects.select_for_update() if lock else ApiKey.objects.all()
    return rows.filter(id=key).first()


def get_page(*, window: Window) -> Page[ApiKey]:
    """Answer a page of keys, the newest first, revoked ones too."""
    rows = cut(rows=ApiKey.objects.all(), fields=("id",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.id,))
