"""Looking whether a proof is there: a TXT record of the domain, or a file on its own web server. Asks the outside."""

import hmac
from typing import Final

from django.conf import settings

from tenants.outbound import OutboundRefused, fetch
from tenants.resolving import LookupFailed, find_texts

RECORD: Final = "_yunke"
WORD: Final = "yunke-proof="
FILE: Final = "/.well-known/yunke-proof.txt"
LIMIT_BYTES: Final = 1_024
TIMEOUT_S: Final = 5.0


def find_proof(*, name: str, token: str) -> str:
    """Answer "" if either proof is there, else what is wrong with both. Waits; call it outside transactions."""
    wanted = f"{WORD}{token}"
    try:
        texts = find_texts(name=f"{RECORD}.{name}", timeout_s=TIMEOUT_S)
        if any(hmac.compare_digest(text.strip().encode(), wanted.encode()) for text in texts):
            return ""
        record = "its TXT record says something else" if texts else "there is no TXT record"
    except LookupFailed:
        record = "its TXT record cannot be looked up"
    file = _look_at_file(name, wanted)
    return f"{record}, and {file}" if file else ""


def _look_at_file(name: str, wanted: str) -> str:
    port = "" if settings.YUNKE_PROOF_PORT == 80 else f":{settings.YUNKE_PROOF_PORT}"
    try:
        told = fetch(url=f"http://{name}{port}{FILE}", limit_bytes=LIMIT_BYTES, timeout_s=TIMEOUT_S)
    except OutboundRefused as refusal:
        return f"its file cannot be read ({refusal.code})"
    if told.status == 200 and hmac.compare_digest(told.body.strip(), wanted.encode()):
        return ""
    return f"its file is not there (HTTP {told.status})" if told.status != 200 else "its file says something else"
