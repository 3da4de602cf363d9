"""Host -> tenant, session -> member, for HTTP; the view then runs as that tenant. Sockets ask tenants.queries."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.member import Member
from tenants.members.proof import Verdict
from tenants.members.sessions import Seat, SessionStore, find_seat
from tenants.moving import CHAT, send_on
from tenants.queries import find_tenant_by_host, is_old_address
from tenants.speaking import speak


class TenantRequest(HttpRequest):
    """A request as views see it: `tenant` is None on the platform's host, `member` where nobody is signed in.

    `candidate` is who would be signed in if they had the second factor that the company requires.
    """

    tenant: TenantRef | None
    urlconf: str
    member: Member | None
    candidate: Member | None


class TenantMiddleware:
    """Must be the innermost middleware and sync only: everything it calls runs in the scope that it sets."""

    def __init__(self, get_response: Callable[[TenantRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: TenantRequest) -> HttpResponse:
        """Serve the platform's host as the platform, a tenant's host as the tenant, and nothing else."""
        host = request.get_host()
        request.tenant = request.member = request.candidate = None
        if host.rsplit(":", 1)[0].lower() in settings.YUNKE_PLATFORM_HOSTS:
            with platform_context():
                return self._get_response(request)
        tenant = find_tenant_by_host(host=host)
        if tenant is None:
            raise Http404
        if is_old_address(host=host, tenant=tenant) and not _is_widget(request):
            return send_on(request=request, tenant=tenant)
        return self._as_tenant(request, tenant)

    def _as_tenant(self, request: TenantRequest, tenant: TenantRef) -> HttpResponse:
        request.tenant = tenant
        request.urlconf = settings.YUNKE_TENANT_URLCONF
        if request.session.get("tenant") not in {None, str(tenant.id)}:
            request.session = SessionStore()  # another tenant's is none here: it is not known, not ended, not written
        match find_seat(session=request.session, tenant=tenant):
            case Seat(member, Verdict.LET_IN):
                request.member = member
                speak(request=request)
            case Seat(member, Verdict.ENROL):
                request.candidate = member
        cast("SessionStore", request.session).note_seen(now=datetime.now(UTC))
        with tenant_context(tenant):
            return self._get_response(request)


def _is_widget(request: HttpRequest) -> bool:
    """Tell whether it is the chat on a customer's site, which goes on under an old address.

    The line on the site names that address, and what the widget keeps in browsers is kept under it.
    """
    path = request.path
    if path.startswith(CHAT):
        return True
    return path.startswith("/api/") and request.headers.get("Authorization", "").lower().startswith("visitor ")
