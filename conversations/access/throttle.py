"""How much programs may ask: a limit for each key, and one for all keys of a tenant together (DRF's throttle)."""

from time import monotonic
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from conversations.access.buckets import Allowance, Buckets
from tenants.context import current_tenant
from tenants.members.bearer import KeyBearer
from tenants.refusals import Refusal

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there

_buckets: Final = Buckets()
_NOTED: Final = "yunke_allowance"


class TooManyRequests(Refusal):
    """Too many requests by API key; wait, then go on more slowly."""

    code = "too_many_requests"
    status = 429

    def __init__(self, *, allowance: Allowance, whose: str) -> None:
        """Say which limit it is and who can raise it."""
        super().__init__(detail=f"{whose} may ask {allowance.limit} times a minute. Whoever runs Yunke can raise this.")
        self.wait = allowance.wait_s - 1


class KeyLimits(BaseThrottle):
    """Members and visitors are not counted here."""

    def allow_request(self, request: Request, _view: "APIView") -> bool:
        """Count it; raise TooManyRequests."""
        charge(request=request._request, user=request.user)  # noqa: SLF001 # DRF's own way down to Django's request
        return True


def charge(*, request: HttpRequest, user: object) -> None:
    """Count one request of a key, once; raise TooManyRequests, and then count nothing."""
    if not isinstance(user, KeyBearer) or hasattr(request, _NOTED):
        return
    at, schema = monotonic(), current_tenant().schema
    limits = {
        "This key": (f"{schema} {user.key_id}", settings.YUNKE_KEY_REQUESTS_A_MINUTE),
        "All keys together": (schema, settings.YUNKE_TENANT_REQUESTS_A_MINUTE),
    }
    for whose, (name, limit) in limits.items():
        left = _buckets.look(name=name, limit=limit, at=at)
        if left.wait_s:
            setattr(request, _NOTED, left)
            raise TooManyRequests(allowance=left, whose=whose)
    taken = [_buckets.take(name=name, limit=limit, at=at) for name, limit in limits.values()]
    setattr(request, _NOTED, min(taken, key=lambda left: left.remaining))


def tell_allowance(*, request: HttpRequest, response: HttpResponse) -> None:
    """Put what is left of the tighter limit on the answer."""
    left = getattr(request, _NOTED, None)
    if isinstance(left, Allowance):
        response.headers["RateLimit-Limit"] = str(left.limit)
        response.headers["RateLimit-Remaining"] = str(left.remaining)
        response.headers["RateLimit-Reset"] = str(left.reset_s)
