"""The wall: every queue as it is now. What it shows comes over the API and the live connection."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed
from tenants.settings_pages import signed_in


@require_safe
@signed_in
def wall(request: TenantRequest) -> HttpResponse:
    """For those who may assign."""
    if request.member is None or not request.member.may("conversations.assign"):
        raise NotAllowed
    return render(request, "console/wall.html")
