"""How the API knows a partner's system: by its signature over exactly what was sent, on the company's own host."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrations.inbound.models import Install
from integrations.inbound.queries import find_install, get_live_secrets
from integrations.inbound.rules.verifying import ID, SIGNATURE, TIMESTAMP, is_signed, is_timely
from tenants.context import current_tenant
from tenants.members.bearer import KeyBearer
from tenants.refusals import Refusal
from tenants.secrets import Unreadable

MOST_BYTES: Final = 262_144
_FOUND: Final = "yunke_install"


class CallTooLarge(Refusal):
    """A call is at most 262,144 bytes."""

    code = "too_large"
    status = 413


class SignedInstall(BaseAuthentication):
    """The install of the path. No such one, another signature, none: who calls learns nothing of the difference."""

    def authenticate(self, request: Request) -> tuple[KeyBearer, None] | None:
        """Answer the install as a program with its scopes, limited like one; None before it is known whose."""
        named = (request.parser_context or {}).get("kwargs", {}).get("install")
        if named is None:
            return None
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        said = str(asked.META.get("CONTENT_LENGTH") or "")
        if (int(said) if said.isdecimal() else 0) > MOST_BYTES or len(asked.body) > MOST_BYTES:
            raise CallTooLarge  # before anybody is looked up, and before it is looked into
        install = _find(named, {name: asked.headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE)}, asked.body)
        setattr(asked, _FOUND, install)
        tenant = current_tenant().id
        return KeyBearer(tenant, install.id, install.name, frozenset(install.scopes), ""), None

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Signature"


def get_caller(*, request: Request) -> Install:
    """Answer the install whose signed call this is."""
    install: Install = getattr(request._request, _FOUND)  # noqa: SLF001 # the same
    return install


def _find(named: UUID, headers: dict[str, str], body: bytes) -> Install:
    install, now = find_install(install=named), datetime.now(UTC)
    try:
        secrets = [] if install is None else get_live_secrets(install=install, now=now)
    except Unreadable:
        secrets = []
    if install is None or not is_signed(headers=headers, body=body, secrets=secrets):
        raise AuthenticationFailed("No install of this company has signed this.")
    if not is_timely(headers=headers, now=now):
        raise AuthenticationFailed("The timestamp of this call is more than five minutes off.")
    return install
