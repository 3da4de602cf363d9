"""Sending on whoever asks under an address that a company had before."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from tenants.context import TenantRef
from tenants.provisioning.addresses import url_of

MOVED: Final = 308  # the method and the body stay
DETAIL: Final = "This company has another address now"
# The chat on a customer's site goes on under an old address, which the line on the site names.
CHAT: Final = ("/widget.js", "/widget/", "/api/v1/visitors")


def send_on(*, request: HttpRequest, tenant: TenantRef) -> HttpResponse:
    """Answer where it is now: with a problem for programs, plainly for browsers."""
    url = f"{url_of(request=request, tenant=tenant)}{request.get_full_path()}"
    if not request.path.startswith("/api/"):
        return HttpResponse(status=MOVED, headers={"Location": url})
    body = {
        "type": "about:blank",
        "title": "Moved",
        "status": MOVED,
        "code": "moved",
        "detail": f"{DETAIL}: {tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}",
    }
    return JsonResponse(body, status=MOVED, content_type="application/problem+json", headers={"Location": url})
