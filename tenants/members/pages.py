"""The sign-in page of a tenant's host: a plain form that works without JavaScript."""

from datetime import UTC, datetime
from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.closing import while_closed
from tenants.context import current_tenant
from tenants.members import signing
from tenants.members.refusals import FactorRequired, SecondFactorNeeded
from tenants.middleware import TenantRequest
from tenants.queries import get_tenant_name
from tenants.refusals import Refusal
from tenants.sso.queries import get_setting
from tenants.tries import say_when


@while_closed
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the form, or sign in and go on to where the person was going."""
    if request.method == "POST":
        return _sign_in(request)
    asked = cast("TenantRequest", request)
    if asked.candidate:
        return HttpResponseRedirect(FactorRequired.leads_to)
    if asked.member:
        return HttpResponseRedirect(next_path(request))
    return _form(request)


def _sign_in(request: HttpRequest) -> HttpResponse:
    email, password = request.POST.get("email", ""), request.POST.get("password", "")
    try:
        signing.sign_in(
            request=request,
            tenant=current_tenant(),
            email=email,
            password=password,
            now=datetime.now(UTC),
            onward=next_path(request),
        )
    except SecondFactorNeeded:
        raise
    except Refusal as refusal:
        return _form(request, refusal)
    return HttpResponseRedirect(next_path(request))


def _form(request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "company": get_tenant_name(tenant=current_tenant()),
        "email": request.POST.get("email", ""),
        "next": next_path(request),
        "sso": get_setting(tenant=current_tenant()),
        "refusal": refusal,
    }
    response = render(request, "tenants/sign_in.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)


def next_path(request: HttpRequest) -> str:
    """Answer where to go on to: a path of this host, whatever was asked for."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else "/"


@while_closed
@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the sign-in page."""
    signing.sign_out(request=request, now=datetime.now(UTC))
    return HttpResponseRedirect("/sign-in")
