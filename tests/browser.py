"""A browser without a screen: Django's test client, with the middleware of the process put together once."""

from typing import Any, Final

from django.test import Client
from django.test.client import ClientHandler

# Each client would put the middleware together anew, which looks at every static file.
_HANDLERS: Final = {csrf: ClientHandler(enforce_csrf_checks=csrf) for csrf in (False, True)}


class Browser(Client):
    """Keeps cookies and headers of its own; shares everything behind the socket with all others."""

    def __init__(self, *, csrf: bool = False, **defaults: Any) -> None:
        """Be a browser; `csrf` lets it be refused as a real one is."""
        super().__init__(enforce_csrf_checks=csrf, **defaults)
        self.handler = _HANDLERS[csrf]
