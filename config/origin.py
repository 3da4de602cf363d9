"""Notes from where each request comes, for all that is written down while it is served."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenants.origin import from_origin
from tenants.tries import address_of


class Origins:
    """Middleware outside of everything that acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve it as coming from there."""
        with from_origin(address=address_of(request), agent=request.headers.get("User-Agent", "")):
            return self._get_response(request)
