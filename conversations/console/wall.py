"""The wall: every queue as it is now. What it shows comes over the API and the live connection."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.members.permissions import EVERY_CONVERSATION
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed
from tenants.settings_pages import signed_in


@require_safe
@signed_in
def wall(request: TenantRequest) -> HttpResponse:
    """For those who may assign and see all conversations."""
    if request.member is None or not all(map(request.member.may, ("conversations.assign", EVERY_CONVERSATION))):
        raise NotAllowed
    return render(request, "console/wall.html")
