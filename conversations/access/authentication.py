"""How the REST API knows a key: `Authorization: Bearer sk_...`, on the host of the tenant whose key it is."""

from datetime import UTC, datetime
from typing import Final

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from conversations.access.queries import find_bearer
from tenants.members.bearer import KeyBearer
from tenants.tries import address_of

_FOUND: Final = "yunke_bearer"


class BearerKey(BaseAuthentication):
    """The key that is shown. Whoever shows one is judged by it alone, whatever cookie comes along."""

    def authenticate(self, request: Request) -> tuple[KeyBearer, None] | None:
        """Answer the bearer, or None where no key is shown."""
        scheme, _, secret = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        bearer: KeyBearer | None = getattr(asked, _FOUND, None)
        if bearer is None:
            # Once a request: asked again inside the transaction that keeps its answer, public could not be looked into.
            bearer = find_bearer(secret=secret.strip(), address=address_of(asked), now=datetime.now(UTC))
            setattr(asked, _FOUND, bearer)
        if bearer is None:
            raise AuthenticationFailed
        return bearer, None

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Bearer"
