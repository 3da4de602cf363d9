"""Middleware that refuses changes to a tenant that takes none, before any view is asked.

Below it the database refuses whatever a tenant's own session would write; here are also the things that are in public.
Who asks is found first: the reason is told to the company's own people and programs.
"""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from config.callers import find_user
from config.rest import answer_refusal
from conversations.access.throttle import charge
from tenants.closing import sentence, works_while_closed
from tenants.context import TenantRef
from tenants.describing import find_described
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.refusals import Refusal, Suspended

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ClosedTenants:
    """Looks just before the view."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse a change, unless it is one that must always be possible."""
        tenant: TenantRef | None = getattr(request, "tenant", None)
        if tenant is None or tenant.closed is None or request.method in SAFE:
            return None
        shape: type[APIView] | None = getattr(view, "cls", None)
        if works_while_closed(view=view) or _says_so(shape, str(request.method)):
            return None
        user = getattr(request, "member", None) if shape is None else find_user(shape=shape, request=request)
        if user is None and shape is not None and shape.permission_classes:
            return None  # the view itself refuses whoever is not known
        known = isinstance(user, Member | KeyBearer)
        try:
            charge(request=request, user=user)  # no view will: what is refused here is asked, too
        except Refusal as refusal:
            return answer_refusal(request=request, error=refusal)
        error = Suspended(detail=sentence(closed=tenant.closed) if known else None)
        return answer_refusal(request=request, error=error)


def _says_so(shape: type[APIView] | None, method: str) -> bool:
    said = find_described(method=getattr(shape, method.lower(), shape)) if shape else None
    return said is not None and said.while_closed
