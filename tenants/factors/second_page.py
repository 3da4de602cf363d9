"""The page between the two steps of signing in. It works without JavaScript but for the security keys."""

import json
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.closing import while_closed
from tenants.context import current_tenant
from tenants.factors.forms import shown_in
from tenants.factors.sites import site_of
from tenants.members import second as second_step
from tenants.members import signing, waiting
from tenants.members.refusals import SecondFactorNeeded, WrongFactor
from tenants.queries import get_tenant_name
from tenants.refusals import Refusal
from tenants.tries import TooManyTries, say_when


@while_closed
@never_cache
@sensitive_post_parameters("code", "recovery_code")
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask whoever has shown their password for the second factor, or take it and go on to where they were going."""
    tenant, now = current_tenant(), datetime.now(UTC)
    waits = waiting.find_kept(session=request.session, tenant=tenant, now=now)
    if waits is None:
        return HttpResponseRedirect("/sign-in")
    if request.method != "POST":
        return _ask(request, second_step.ask(request=request, waiting=waits))
    try:
        shown = shown_in(request.POST)
        signing.sign_in_second(request=request, tenant=tenant, waits=waits, shown=shown, now=now)
    except WrongFactor as refusal:
        if refusal.waiting is not None:
            waiting.keep(session=request.session, waiting=refusal.waiting)
        return _ask(request, refusal, refusal)
    except TooManyTries as refusal:
        return _ask(request, second_step.ask(request=request, waiting=waits), refusal)
    return HttpResponseRedirect(waits.onward)


def _ask(request: HttpRequest, needed: SecondFactorNeeded, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "company": get_tenant_name(tenant=current_tenant()),
        "methods": needed.methods,
        "options": json.dumps(needed.options) if needed.options else "",
        "keys_elsewhere": site_of(host=request.get_host()) is None,
        "refusal": refusal,
    }
    response = render(request, "tenants/sign_in_second.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)
