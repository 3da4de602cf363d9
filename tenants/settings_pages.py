"""What all pages below /settings/ share: who comes in, and the places that lead from one to the others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from tenants.context import current_tenant
from tenants.members.member import Member
from tenants.middleware import TenantRequest
from tenants.queries import get_tenant_name
from tenants.refusals import NotAllowed

P = ParamSpec("P")
View = Callable[Concatenate[TenantRequest, P], HttpResponse]


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the settings; without a permission it is everybody's."""

    path: str
    words: str
    permission: str = ""


# In the order in which they are shown. Their words are translated where the page is.
PLACES: Final = (
    Place("/settings/account", "Account"),
    Place("/settings/members", "Members", "members.view"),
    Place("/settings/roles", "Roles", "members.manage"),
    Place("/settings/inboxes", "Inboxes", "inboxes.manage"),
    Place("/settings/routing", "Who gets what", "definitions.manage"),
    Place("/settings/tickets", "Tickets", "definitions.manage"),
    Place("/settings/rules", "Rules and macros", "definitions.manage"),
    Place("/settings/keys", "API keys", "keys.manage"),
    Place("/settings/webhooks", "Webhooks", "webhooks.manage"),
    Place("/settings/company", "Company", "tenant.manage"),
    Place("/settings/security", "Signing in", "tenant.manage"),
    Place("/settings/second-factor", "Second factor"),
    Place("/settings/audit", "Audit", "audit.view"),
)


def signed_in(view: View[P]) -> View[P]:
    """Send whoever is not signed in to sign in first, and back; what they see then is in no cache."""

    @wraps(view)
    def guarded(request: TenantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.member is None:
            return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def signed_in_to_enrol(view: Callable[Concatenate[TenantRequest, Member, P], HttpResponse]) -> View[P]:
    """As `signed_in`, but for whoever has yet to get the second factor that the company requires, too."""

    @wraps(view)
    def guarded(request: TenantRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = request.member or request.candidate
        if member is None:
            return HttpResponseRedirect(f"/sign-in?{urlencode({'next': request.get_full_path()})}")
        response = view(request, member, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def show_settings(
    request: TenantRequest, /, *, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page that extends tenants/settings.html. Whoever must enrol first is led nowhere else."""
    member = request.member
    if member is None and request.candidate is None:
        raise NotAllowed
    places = [
        {"path": place.path, "words": place.words, "here": _is_here(request.path, place.path)}
        for place in PLACES
        if member and (not place.permission or member.may(place.permission))
    ]
    company = get_tenant_name(tenant=current_tenant())
    return render(request, template, {**context, "places": places, "company": company}, status=status)


def _is_here(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")
