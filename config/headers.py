"""What every answer carries that does not set its own: the Content-Security-Policy, and that the API's are private."""

from collections.abc import Callable
from wsgiref.headers import Headers

from django.http import HttpRequest, HttpResponse

from tenants.policy import PAGE


class DefaultHeaders:
    """Nothing but our own files runs in our pages, nobody frames them, and no cache keeps what the API says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what the view did not choose."""
        response = self._get_response(request)
        response.headers.setdefault("Content-Security-Policy", PAGE)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


def for_static_files(headers: Headers, _path: str, _url: str) -> None:
    """Tell browsers not to guess what a static file is."""
    headers["X-Content-Type-Options"] = "nosniff"
