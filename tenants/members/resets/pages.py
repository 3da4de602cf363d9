"""The pages of a forgotten password: asking for a mail, and what its link leads to. Asking tells nothing of anybody."""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.closing import while_closed
from tenants.context import current_tenant
from tenants.members.resets.commands import ask_reset, use_reset
from tenants.provisioning.addresses import url_of
from tenants.queries import get_tenant_name
from tenants.refusals import Refusal
from tenants.tries import Tries, network_of, say_when

ASKED: Final = Tries(name="forgotten: place", limit=20)
CODES: Final = Tries(name="reset: place", limit=60)


@while_closed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def forgot(request: HttpRequest) -> HttpResponse:
    """Show the form; or note that somebody asks, and say the same whoever it is."""
    if request.method != "POST":
        return _show(request, "tenants/forgot.html")
    try:
        ASKED.spend(key=network_of(request))
    except Refusal as refusal:
        return _show(request, "tenants/forgot.html", refusal)
    ask_reset(
        tenant=current_tenant(),
        email=request.POST.get("email", ""),
        site=url_of(tenant=current_tenant(), request=request),
        language=get_language() or "en",
        now=datetime.now(UTC),
    )
    return HttpResponseRedirect("/forgot?asked=1")


@while_closed
@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Show the form for a new password; or set it. Nobody is let in by this alone."""
    if request.method != "POST":
        return _show(request, "tenants/reset.html")
    code, password = request.POST.get("code", "").strip()[:100], request.POST.get("password", "")
    try:
        CODES.spend(key=network_of(request))
        use_reset(tenant=current_tenant(), code=code, password=password, now=datetime.now(UTC))
    except Refusal as refusal:
        return _show(request, "tenants/reset.html", refusal)
    return HttpResponseRedirect("/reset?done=1")


def _show(request: HttpRequest, template: str, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "company": get_tenant_name(tenant=current_tenant()),
        "code": request.POST.get("code", ""),
        "finished": refusal is None and bool({"done", "asked"} & request.GET.keys()),
        "refusal": refusal,
    }
    response = render(request, template, context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)
