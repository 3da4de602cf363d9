"""Signatures as Standard Webhooks 1.0 has them. Pure: the secrets, the time and the bytes are passed in."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def write_secret(*, raw: bytes) -> str:
    """Answer a secret as it is shown and as receivers' libraries take it."""
    return PREFIX + base64.b64encode(raw).decode()


def sign(*, secrets: Sequence[str], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """Answer the three headers that vouch for a request: one signature by each live secret."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((id_.encode(), timestamp.encode(), body))
    signatures = [f"v1,{_sign(secret, signed)}" for secret in secrets]
    return {"webhook-id": id_, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def _sign(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
