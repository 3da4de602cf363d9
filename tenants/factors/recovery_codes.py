"""Recovery codes: ten at a time, each of 80 random bits, kept as hashes and accepted once. Call in platform_context."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from tenants.factors.models import RecoveryCode

HOW_MANY: Final = 10
_BYTES: Final = 10
_LETTERS: Final = 16


def renew(*, person_id: UUID) -> list[str]:
    """Answer ten new codes, to be shown once; the old ones are worth nothing from now on."""
    codes = [_draw() for _ in range(HOW_MANY)]
    RecoveryCode.objects.filter(person_id=person_id).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person_id=person_id, hash=_hash(person_id, code)) for code in codes)
    return codes


def accept(*, person_id: UUID, code: str, now: datetime) -> bool:
    """Answer whether it is one of the person's that has not been used; use it up."""
    unused = RecoveryCode.objects.filter(person_id=person_id, hash=_hash(person_id, code), used_at=None)
    return bool(unused.update(used_at=now))


def forget(*, person_id: UUID) -> None:
    """Delete them, with the last factor."""
    RecoveryCode.objects.filter(person_id=person_id).delete()


def _draw() -> str:
    letters = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, _LETTERS, 4))


def _hash(person_id: UUID, code: str) -> str:
    """Hash it quickly: what is drawn from 80 random bits cannot be guessed from its hash."""
    said = code.replace("-", "").replace(" ", "").lower()
    return hashlib.sha256(f"{person_id} {said}".encode(errors="surrogatepass")).hexdigest()
