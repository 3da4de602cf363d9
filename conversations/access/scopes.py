"""What a key may ask for at all: every operation says which scopes it takes, or that it takes no key.

Commands and views ask besides whether somebody may; this is what tells a program what it lacks.
"""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from conversations.access.throttle import charge
from tenants.describing import Described, find_described
from tenants.members.bearer import KeyBearer
from tenants.refusals import NotAllowed

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there


class KeyScopes(BasePermission):
    """Concerns keys alone."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Refuse a key that may not do this, and say why."""
        method = getattr(view, (request.method or "").lower(), None)
        said = find_described(method=method) if method else None
        user: object = request.user
        if isinstance(user, KeyBearer) and said is not None:
            charge(request=request._request, user=user)  # noqa: SLF001 # what is refused is asked, too
            _check(user, said)
        return True


def _check(bearer: KeyBearer, said: Described) -> None:
    if said.scopes is None:
        raise NotAllowed(detail="People do this themselves: no API key may.")
    lacking = [scope for scope in said.scopes if not bearer.may(scope)]
    if lacking:
        raise NotAllowed(detail=f"This API key lacks the scope {' and '.join(lacking)}.")
