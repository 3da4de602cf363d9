"""What the settings pages about people share: one form's `do` says what is wanted; then back, with what was done."""

from collections.abc import Callable, Mapping

from django.http import HttpResponse, HttpResponseRedirect

from tenants.members.member import Member
from tenants.middleware import TenantRequest
from tenants.refusals import NotFound, Refusal
from tenants.tries import say_when

Action = Callable[[TenantRequest, Member], str]
Show = Callable[[TenantRequest, Refusal | None], HttpResponse]


def act(request: TenantRequest, /, *, actions: Mapping[str, Action], show: Show, path: str) -> HttpResponse:
    """Do what the form asks for and go back to `path`; a refusal is shown on the page itself."""
    action, member = actions.get(request.POST.get("do", "")), request.member
    if action is None or member is None:
        raise NotFound
    try:
        done = action(request, member)
    except Refusal as refusal:
        return say_when(response=show(request, refusal), refusal=refusal)
    return HttpResponseRedirect(f"{path}?done={done}")
