"""The agents' desk and the sample site. What they show comes over the API and the live connection."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.definitions.inbox.queries import find_inbox
from tenants.middleware import TenantRequest
from tenants.settings_pages import signed_in


@require_safe
@signed_in
def desk(request: TenantRequest) -> HttpResponse:
    """The agents' page."""
    return render(request, "console/desk.html")


@require_safe
def sample_site(request: TenantRequest, key: str) -> HttpResponse:
    """Somebody's web site with the widget on it, to try an inbox out."""
    inbox = find_inbox(key=key)
    if inbox is None:
        raise Http404
    return render(request, "console/try.html", {"inbox": inbox, "origin": request.build_absolute_uri("/")[:-1]})
