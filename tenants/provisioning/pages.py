"""The sign-up page on the platform's host: a plain form that works without JavaScript."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.provisioning.addresses import url_of
from tenants.provisioning.door import sign_up_from
from tenants.refusals import Refusal
from tenants.tries import say_when

FIELDS = ("name", "slug", "email", "password")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up_page(request: HttpRequest) -> HttpResponse:
    """Show the form; or sign up and show where the company now lives (on another host: no redirect crosses hosts)."""
    given = {field: request.POST.get(field, "") for field in FIELDS}
    if request.method != "POST":
        return _form(request, given)
    try:
        tenant = sign_up_from(request=request, now=datetime.now(UTC), **given)
    except Refusal as refusal:
        return _form(request, given, refusal)
    context = {"company": given["name"].strip(), "email": given["email"].strip()}
    context["url"] = url_of(tenant=tenant, request=request)
    return render(request, "tenants/signed_up.html", context, status=201)


def _form(request: HttpRequest, given: dict[str, str], refusal: Refusal | None = None) -> HttpResponse:
    errors: dict[str, str] = {}
    for error in refusal.errors if refusal else []:
        errors.setdefault(error["field"], error["detail"])
    context = {"given": given, "errors": errors, "refusal": refusal, "domain": settings.YUNKE_TENANT_DOMAIN}
    response = render(request, "tenants/sign_up.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)
