"""Whether a call is whose it says it is: Standard Webhooks 1.0, the other way round. Pure: no I/O, no clock."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from integrations.webhooks.rules.signing import sign

WINDOW: Final = timedelta(minutes=5)
ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
_ID: Final = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}\Z")  # visible, and no dot: dots part what is signed
_SECONDS: Final = re.compile(r"[0-9]{1,11}\Z")
_MOST_SIGNATURES: Final = 20


def is_signed(*, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
    """Tell whether one of the signatures in a call's headers is by one of these secrets."""
    id_, seconds = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not _ID.match(id_) or not _SECONDS.match(seconds):
        return False
    shown = headers.get(SIGNATURE, "").split(" ")[:_MOST_SIGNATURES]
    right = sign(secrets=secrets, id_=id_, at=_moment(seconds), body=body)[SIGNATURE].split(" ")
    return any(hmac.compare_digest(one.encode("utf-8", "replace"), good.encode()) for one in shown for good in right)


def is_timely(*, headers: Mapping[str, str], now: datetime) -> bool:
    """Tell whether a signed call was sent now, by either side's clock."""
    return abs(_moment(headers[TIMESTAMP]) - now) <= WINDOW


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
