"""Finding keys."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from conversations.access import rules
from conversations.access.models import ApiKey
from tenants.context import current_tenant
from tenants.members.bearer import KeyBearer
from tenants.members.queries import find_stayed, get_leaving, get_members
from tenants.paging import Page, Window, cut, turn

_COLUMNS: Final = (
    *("id", "name", "secret", "old_secret", "old_until", "old_by", "scopes", "networks"),
    *("created_at", "created_by", "rotated_at", "expires_at", "revoked_at"),
)
# For live delivery, which asks outside the ORM.
KEYS: Final = f"SELECT {', '.join(_COLUMNS)} FROM {{s}}api_key WHERE id = ANY(%(keys)s::uuid[])"  # noqa: S608 - only our own names
USED_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """What a live member may do, and when they left, who is back before the service was told of that."""

    permissions: frozenset[str]
    left_at: datetime | None = None


Makers = Mapping[UUID, Maker]


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
    by, since = _answering(key, old=key.secret != shown)
    maker = find_stayed(tenant=current_tenant(), person_id=by, since=since)
    if maker is None:
        return None
    scopes = rules.cut_scopes(scopes=key.scopes, own=maker.permissions)
    unnoted = key.last_used_at is None or key.last_used_at < now - USED_WITHIN
    if unnoted and current_tenant().closed is None:
        ApiKey.objects.filter(id=key.id).update(last_used_at=now)
    return KeyBearer(current_tenant().id, key.id, key.name, scopes, shown)


def read_keys(*, rows: Sequence[tuple[Any, ...]]) -> dict[UUID, ApiKey]:
    """Answer the keys that rows of KEYS are, by id."""
    keys = [ApiKey(**dict(zip(_COLUMNS, row, strict=True))) for row in rows]
    return {key.id: key for key in keys}


def who_answers(*, keys: Iterable[ApiKey]) -> set[UUID]:
    """Answer who answers for any secret of these keys."""
    return {_answering(key, old=old)[0] for key in keys for old in (False, True)}


def judge_shown(
    *, bearer: KeyBearer, keys: Mapping[UUID, ApiKey], makers: Makers, address: str, now: datetime
) -> KeyBearer | None:
    """Answer whom the secret that somebody has shown before still lets in, as what; None: nobody.

    It is what `find_bearer` decides, of keys that are in use. Where they come from is asked anew, too.
    """
    key, shown = keys.get(bearer.key_id), bearer.shown
    if key is None or shown not in {key.secret, key.old_secret}:
        return None
    own = _find_own(key, makers, old=key.secret != shown)
    if own is None or not rules.opens(terms=_terms(key, shown), address=address, now=now):
        return None
    return KeyBearer(bearer.tenant_id, key.id, key.name, rules.cut_scopes(scopes=key.scopes, own=own), shown)


def find_makers() -> Makers:
    """Answer the live members of the current tenant: whoever answers for a key is one of them, or it is shut."""
    tenant = current_tenant()
    left = get_leaving(tenant=tenant)
    return {
        member.person_id: Maker(permissions=member.permissions, left_at=left.get(member.person_id))
        for member in get_members(tenant=tenant)
    }


def judge_key(*, key: ApiKey, makers: Makers, now: datetime) -> tuple[rules.Status, frozenset[str]]:
    """Answer what has become of a key, and what it may do now."""
    own = _find_own(key, makers, old=False)
    status = rules.status_of(
        revoked=key.revoked_at is not None, expires_at=key.expires_at, is_answered_for=own is not None, now=now
    )
    may = rules.cut_scopes(scopes=key.scopes, own=own) if own is not None and status == "live" else frozenset[str]()
    return status, may


def find_old_until(*, key: ApiKey, makers: Makers, now: datetime) -> datetime | None:
    """Answer until when the secret before works; None if it works no more."""
    if key.old_until is None or key.old_until <= now or _find_own(key, makers, old=True) is None:
        return None
    return key.old_until


def _find_own(key: ApiKey, makers: Makers, *, old: bool) -> frozenset[str] | None:
    """Answer what whoever answers for one of a key's secrets may do, if they have been here ever since."""
    by, since = _answering(key, old=old)
    maker = makers.get(by)
    return None if maker is None or (maker.left_at is not None and maker.left_at >= since) else maker.permissions


def _answering(key: ApiKey, *, old: bool) -> tuple[UUID, datetime]:
    """Answer who answers for the secret of now or the one before, and since when at the latest."""
    return (key.old_by or key.created_by, key.created_at) if old else (key.created_by, key.answered_since)


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
