"""The way to a company's provider and back: authorization code with PKCE, state and nonce, all of one browser session.

What is kept in the session names the tenant and the issuer, is used once, and opens nothing by itself.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenants.context import TenantRef, platform_context
from tenants.models import SsoProvider
from tenants.refusals import NotFound
from tenants.secrets import unseal
from tenants.sso import id_token
from tenants.sso.provider import Published, exchange, get_published
from tenants.sso.refusals import SsoFailed, SsoRefused, SsoStale

SECRET: Final = "sso_providers.secret"  # noqa: S105 - where it is stored
CALLBACK: Final = "/sign-in/sso/callback"
LASTS: Final = timedelta(minutes=10)
_KEY: Final = "sso"
_LONGEST: Final = 2_000


def find_provider(*, tenant: TenantRef) -> SsoProvider | None:
    """Answer the company's provider, if it is on."""
    with platform_context():
        return SsoProvider.objects.filter(tenant_id=tenant.id, is_on=True).first()


def leave(*, request: HttpRequest, tenant: TenantRef, onward: str, now: datetime, invitation: str | None = None) -> str:
    """Answer the provider's address to send the browser to; raise NotFound or SsoFailed.

    With `invitation` (its code as it is stored) who comes back accepts it.
    """
    provider = _get(tenant)
    published = get_published(issuer=provider.issuer)
    drawn = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    kept = {"tenant": str(tenant.id), "issuer": provider.issuer, "until": (now + LASTS).timestamp(), "onward": onward}
    request.session["tenant"] = str(tenant.id)
    request.session[_KEY] = {**drawn, **kept, "invitation": invitation}
    if "id" not in request.session:
        request.session.set_expiry(int(LASTS.total_seconds()))
    digest = hashlib.sha256(drawn["verifier"].encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": request.build_absolute_uri(CALLBACK),
        "scope": "openid email profile",
        "state": drawn["state"],
        "nonce": drawn["nonce"],
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    joint = "&" if "?" in published.authorization_endpoint else "?"
    return f"{published.authorization_endpoint}{joint}{urlencode(query)}"


def come_back(*, request: HttpRequest, tenant: TenantRef, now: datetime) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Answer the claims that the provider makes, and what was kept since the browser left.

    Raises SsoStale, SsoRefused, SsoFailed.
    """
    kept: Mapping[str, Any] = request.session.pop(_KEY, None) or {}
    said = {name: request.GET.get(name, "")[:_LONGEST] for name in ("state", "code", "error", "iss")}
    if kept.get("tenant") != str(tenant.id) or kept["until"] <= now.timestamp():
        raise SsoStale
    if not constant_time_compare(said["state"].encode(errors="replace"), kept["state"].encode()):
        raise SsoStale
    provider = _get(tenant)
    if provider.issuer != kept["issuer"]:
        raise SsoStale
    published = get_published(issuer=provider.issuer)
    if said["iss"] != provider.issuer and (said["iss"] or published.names_itself):
        raise SsoFailed  # the answer of another provider (RFC 9207)
    if said["error"]:
        raise SsoRefused
    if not said["code"]:
        raise SsoFailed
    token = exchange(
        published=published,
        client_id=provider.client_id,
        secret=unseal(sealed=provider.secret, purpose=SECRET, tenant=tenant.id, row=provider.id),
        code=said["code"],
        verifier=kept["verifier"],
        redirect_uri=request.build_absolute_uri(CALLBACK),
    )
    return _claims(token, published, provider, kept["nonce"], now), kept


def _claims(token: str, published: Published, provider: SsoProvider, nonce: str, now: datetime) -> Mapping[str, Any]:
    how: dict[str, Any] = {"issuer": provider.issuer, "client_id": provider.client_id, "nonce": nonce, "now": now}
    try:
        try:
            return id_token.read(token=token, keys=published.keys, **how)
        except id_token.UnknownKey:  # it may have new ones
            newer = get_published(issuer=provider.issuer, fresh=True)
            return id_token.read(token=token, keys=newer.keys, **how)
    except id_token.BadToken as error:
        raise SsoFailed from error


def _get(tenant: TenantRef) -> SsoProvider:
    provider = find_provider(tenant=tenant)
    if provider is None:
        raise NotFound
    return provider
