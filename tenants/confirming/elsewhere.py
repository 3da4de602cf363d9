"""Our chat on other people's sites: not before the company has proved an address. Our own sample site always may."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from tenants.confirming.refusals import Unconfirmed
from tenants.context import current_tenant


def refuse_elsewhere(*, request: HttpRequest) -> None:
    """Raise Unconfirmed where another site asks for the chat of a tenant that waits for its owner's address."""
    if not current_tenant().confirmed and _is_elsewhere(request):
        raise Unconfirmed


def _is_elsewhere(request: HttpRequest) -> bool:
    """Believe the browser: whoever is no browser shows the chat to nobody."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    said = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(said) and urlsplit(said).netloc != request.get_host()
