"""The agents' desk and the sample site. What they show comes over the API and the live connection."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.channels.webchat.queries import find_inbox
from tenants.middleware import TenantRequest

P = ParamSpec("P")
View = Callable[Concatenate[TenantRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """Send whoever is not signed in to sign in first, and back."""

    @wraps(view)
    def guarded(request: TenantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.member is None:
            return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


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
