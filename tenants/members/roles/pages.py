"""The roles of a company: what the built-in ones allow, and its own, each a form."""

from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from tenants.context import current_tenant, platform_context
from tenants.members.forms import act
from tenants.members.member import Member
from tenants.members.permissions import ALL
from tenants.members.roles import commands
from tenants.members.roles.commands import RoleChanged
from tenants.members.roles.queries import RoleFound, get_roles
from tenants.members.roles.words import WORDS
from tenants.members.rules import check_manager
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/roles"
_ORDERED: Final = (*WORDS, *sorted(ALL - WORDS.keys()))
DONE: Final = {"saved": "Saved.", "removed": "The role is removed."}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the roles; take one form."""
    if request.member is None:
        raise NotAllowed
    check_manager(by=request.member)
    if request.method == "POST":
        return act(request, actions=ACTIONS, show=_show, path=PATH)
    return _show(request, None)


def _show(request: TenantRequest, refusal: Refusal | None) -> HttpResponse:
    tenant, own = current_tenant(), request.member.permissions if request.member else frozenset()
    with platform_context():
        roles = get_roles(tenant=tenant.id)
    refused = request.POST.get("key", "") if refusal else ""
    context = {
        "built_in": [_card(role, own) for role in roles if role.own is None],
        "own": [_card(role, own) for role in roles if role.own is not None],
        "new": {"boxes": _boxes(frozenset(request.POST.getlist("permission")), own)},
        "given": request.POST if refusal and request.POST.get("do") == "make" else {},
        "refused": refused,
        "refusal": refusal,
        "done": "" if refusal else DONE.get(request.GET.get("done", ""), ""),
    }
    status = refusal.status if refusal else 200
    return show_settings(request, template="tenants/roles.html", context=context, status=status)


def _card(role: RoleFound, own: frozenset[str]) -> dict[str, Any]:
    return {"role": role, "boxes": _boxes(role.permissions, own), "editable": role.permissions <= own}


def _boxes(chosen: frozenset[str], own: frozenset[str]) -> list[dict[str, Any]]:
    """Answer a box for each permission; what one may not do oneself cannot be given."""
    return [{"key": key, "words": WORDS.get(key, key), "on": key in chosen, "open": key in own} for key in _ORDERED]


def _make(request: TenantRequest, member: Member) -> str:
    commands.make_role(
        tenant=current_tenant(),
        key=request.POST.get("key", "").strip(),
        name=request.POST.get("name", ""),
        permissions=request.POST.getlist("permission"),
        by=member,
        now=datetime.now(UTC),
    )
    return "saved"


def _change(request: TenantRequest, member: Member) -> str:
    revision = request.POST.get("revision", "")
    if not revision.isdecimal() or len(revision) > 9:
        raise RoleChanged
    commands.change_role(
        tenant=current_tenant(),
        key=request.POST.get("key", ""),
        revision=int(revision),
        by=member,
        now=datetime.now(UTC),
        name=request.POST.get("name", ""),
        permissions=request.POST.getlist("permission"),
    )
    return "saved"


def _remove(request: TenantRequest, member: Member) -> str:
    now = datetime.now(UTC)
    commands.remove_role(tenant=current_tenant(), key=request.POST.get("key", ""), by=member, now=now)
    return "removed"


ACTIONS: Final = {"make": _make, "change": _change, "remove": _remove}
