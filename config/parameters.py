"""Middleware that refuses parameters of an address that an operation of the API does not know.

What takes some reads them itself (tenants/paging.py); here are those that take none. A misspelt or misplaced one would
be answered as if it had been heard.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.views import APIView

from config.callers import find_user
from config.rest import answer_refusal
from conversations.access.throttle import charge
from tenants.describing import find_described
from tenants.refusals import Invalid, Refusal


class Parameters:
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
        """Refuse what is unknown, to whoever is known or need not be."""
        shape: type[APIView] | None = getattr(view, "cls", None)
        if not request.GET or shape is None or not _takes_none(shape, str(request.method)):
            return None
        user = find_user(shape=shape, request=request)
        if user is None and shape.permission_classes:
            return None  # the view itself refuses whoever is not known
        try:
            charge(request=request, user=user)  # no view will: what is refused here is asked, too
        except Refusal as refusal:
            return answer_refusal(request=request, error=refusal)
        unknown = "There is no such parameter."
        errors = [{"field": name[:100], "code": "unknown", "detail": unknown} for name in list(request.GET)[:10]]
        return answer_refusal(request=request, error=Invalid(errors=errors))  # type: ignore[arg-type] # plain words


def _takes_none(shape: type[APIView], method: str) -> bool:
    name = "get" if method == "HEAD" else method.lower()
    said = find_described(method=getattr(shape, name, shape))
    return said is not None and said.query is None
