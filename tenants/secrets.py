"""The key ring: secrets that must be read again (not only compared) are stored sealed, each bound to its own place.

A text sealed for one purpose, tenant and row opens nowhere else, so a row copied to another tenant is no secret there.
Must not decide who may read what.
"""

import base64
import hmac
import os
from functools import lru_cache
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_FORM: Final = "s1"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class Unreadable(RuntimeError):
    """A sealed text does not open: its key left the ring, or it was sealed for another place."""


def seal(*, text: str, purpose: str, tenant: UUID | None, row: UUID) -> str:
    """Answer the text encrypted under the ring's first key (AES-256-GCM); `purpose` names table and column."""
    name = find_current()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_ring()[name]).encrypt(nonce, text.encode(), _place(purpose, tenant, row))
    return f"{_FORM}.{name}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(*, sealed: str, purpose: str, tenant: UUID | None, row: UUID) -> str:
    """Answer what was sealed for this place; raise Unreadable."""
    try:
        form, name, body = sealed.split(".")
        raw, key = base64.urlsafe_b64decode(body), _ring()[name]
        if form != _FORM:
            raise Unreadable("sealed in an unknown form")
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _place(purpose, tenant, row)).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise Unreadable("this does not open with the keys of the ring") from error


def seal_alike(*, text: str, purpose: str, tenant: UUID) -> str:
    """Answer the text encrypted under the ring's first key so that the same text is answered alike (AES-SIV).

    For what is handed out too often for a new nonce each time; it is stored nowhere.
    """
    name = find_current()
    sealed = _siv(_ring()[name]).encrypt(text.encode(), [f"{purpose}\0{tenant}".encode()])
    return f"{name}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"


def unseal_alike(*, sealed: str, purpose: str, tenant: UUID) -> str:
    """Answer what was sealed alike for this purpose and tenant; raise Unreadable."""
    try:
        name, body = sealed.split(".")
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        return _siv(_ring()[name]).decrypt(raw, [f"{purpose}\0{tenant}".encode()]).decode()
    except (ValueError, KeyError, InvalidTag) as error:
        raise Unreadable("this does not open with the keys of the ring") from error


def sign(*, text: str, purpose: str, tenant: UUID) -> str:
    """Answer a signature under the ring's first key: who has only the database can neither make nor move it."""
    name = find_current()
    return f"{name}.{_mac(_ring()[name], text, purpose, tenant)}"


def is_signed(*, signature: str, text: str, purpose: str, tenant: UUID) -> bool:
    """Answer whether the text was signed for this purpose and tenant, under any key of the ring."""
    name, _, mac = signature.rpartition(".")
    key = _ring().get(name)
    return key is not None and hmac.compare_digest(mac.encode(), _mac(key, text, purpose, tenant).encode())


def is_current(*, sealed: str) -> bool:
    """Answer whether it is sealed under the ring's first key; what is not should be sealed anew while it opens."""
    return sealed.split(".")[1:2] == [find_current()]


def find_current() -> str:
    """Answer the name of the ring's first key, which everything is sealed with."""
    return next(iter(_ring()))


def _place(purpose: str, tenant: UUID | None, row: UUID) -> bytes:
    return f"{purpose}\0{tenant or ''}\0{row}".encode()


def _mac(key: bytes, text: str, purpose: str, tenant: UUID) -> str:
    own = hmac.digest(key, b"yunke.sign", "sha256")  # a key that seals does not sign
    return hmac.digest(own, f"{purpose}\0{tenant}\0{text}".encode(), "sha256").hex()


def _siv(key: bytes) -> AESSIV:
    return AESSIV(hmac.digest(key, b"yunke.alike", "sha512"))  # a key of its own, as for signing


def _ring() -> dict[str, bytes]:
    return _read_ring(settings.YUNKE_KEYS, settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _read_ring(said: str, secret_key: str) -> dict[str, bytes]:
    """Read `name:base64,...`, the one to seal with first; without one, derive a key from SECRET_KEY."""
    if not said:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=b"yunke.secrets").derive(
            secret_key.encode()
        )
        return {"derived": derived}
    ring = {name.strip(): base64.b64decode(key) for name, _, key in (part.partition(":") for part in said.split(","))}
    if any(len(key) != _KEY_BYTES for key in ring.values()) or any("." in name or not name for name in ring):
        raise ValueError("YUNKE_KEYS is name:base64 of 32 bytes, parted by commas")
    return ring
