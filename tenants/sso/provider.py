"""Speaking with a provider: what it publishes (kept for a while), and changing a code for an ID token.

Everything goes through tenants.outbound; whatever the other side does becomes SsoFailed.
"""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from django.conf import settings

from tenants.outbound import OutboundRefused, fetch
from tenants.sso.refusals import SsoFailed

KEPT_S: Final = 600.0
AGAIN_S: Final = 30.0  # how soon keys are asked for again because of one that nobody knows
TIMEOUT_S: Final = 5.0
MOST_KEPT: Final = 1_000
_PATH: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a provider says of itself, and its keys; `at` is when this was fetched."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    keys: tuple[Any, ...]
    basic: bool
    names_itself: bool
    at: float


_kept: dict[str, Published] = {}


def get_published(*, issuer: str, fresh: bool = False) -> Published:
    """Answer what the issuer publishes, from memory where it is young; `fresh` asks again, but not at every call."""
    kept, now = _kept.get(issuer), time.monotonic()
    if kept and now - kept.at < (AGAIN_S if fresh else KEPT_S):
        return kept
    found = _discover(issuer, now)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[issuer] = found
    return found


def forget_published(*, issuer: str) -> None:
    """Ask the issuer again next time."""
    _kept.pop(issuer, None)


def is_address(*, url: object, issuer: str) -> bool:
    """Answer whether it is an https address; http only on this machine, for an issuer that is so itself, in tests."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts, source = urlsplit(url), urlsplit(issuer)
    except ValueError:
        return False
    plain = settings.YUNKE_OUTBOUND_LOOPBACK and source.scheme == "http"
    return (
        bool(parts.hostname) and not parts.fragment and (parts.scheme == "https" or (plain and parts.scheme == "http"))
    )


def exchange(*, published: Published, client_id: str, secret: str, code: str, verifier: str, redirect_uri: str) -> str:
    """Answer the ID token that a code stands for."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if published.basic:
        pair = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": client_id, "client_secret": secret}
    said = _ask(published.token_endpoint, headers=headers, method="POST", body=urlencode(form).encode())
    token = said.get("id_token")
    if not isinstance(token, str):
        raise SsoFailed
    return token


def _discover(issuer: str, now: float) -> Published:
    said = _ask(f"{issuer.rstrip('/')}{_PATH}")
    places = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if said.get("issuer") != issuer or not all(is_address(url=place, issuer=issuer) for place in places):
        raise SsoFailed
    keys = _ask(str(places[2])).get("keys")
    methods = said.get("token_endpoint_auth_methods_supported")
    return Published(
        issuer=issuer,
        authorization_endpoint=str(places[0]),
        token_endpoint=str(places[1]),
        keys=tuple(keys) if isinstance(keys, list) else (),
        basic=not isinstance(methods, list) or "client_secret_basic" in methods,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        at=now,
    )


def _ask(url: str, **how: Any) -> dict[str, Any]:
    """Answer a JSON object."""
    try:
        answer = fetch(url=url, timeout_s=TIMEOUT_S, **how)
        said = json.loads(answer.body) if answer.status == 200 else None
    except (OutboundRefused, ValueError, RecursionError) as error:
        raise SsoFailed from error
    if not isinstance(said, dict):
        raise SsoFailed
    return said
