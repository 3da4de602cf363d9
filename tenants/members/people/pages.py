"""The members of a company: who they are, what they may do, and who is invited. Forms work without JavaScript."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from tenants.closing import while_closed
from tenants.context import current_tenant, platform_context
from tenants.members.forms import act
from tenants.members.invitations import commands as invitations
from tenants.members.invitations.queries import get_page as get_invitations
from tenants.members.invitations.queries import role_of
from tenants.members.member import Member
from tenants.members.people import commands
from tenants.members.people.queries import Filters, get_page, role_key
from tenants.members.roles.queries import get_roles
from tenants.middleware import TenantRequest
from tenants.models import Membership
from tenants.paging import PageQuery, Window, open_window
from tenants.provisioning.addresses import url_of
from tenants.queries import get_tenant_name
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/members"
DONE: Final = {
    "changed": "Saved.",
    "removed": "The membership has ended.",
    "ended": "All their sessions here have ended.",
    "invited": "The invitation is on its way.",
    "withdrawn": "The invitation is withdrawn.",
}
_OPEN_SHOWN: Final = 100


@while_closed  # what a closed company cannot do is refused by the command
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the members; take one form."""
    if request.member is None or not request.member.may("members.view"):
        raise NotAllowed
    if request.method == "POST":
        return act(request, actions=ACTIONS, show=_show, path=PATH)
    return _show(request, None)


def _show(request: TenantRequest, refusal: Refusal | None) -> HttpResponse:
    tenant, member, now = current_tenant(), request.member, datetime.now(UTC)
    manages = member is not None and member.may("members.manage")
    window = _window(request)
    members = get_page(tenant=tenant, filters=Filters(), window=window, order="name")
    with platform_context():
        roles = get_roles(tenant=tenant.id)
    names = {role.key: role.name for role in roles}
    waiting = Window("invitations", _OPEN_SHOWN)
    invited = get_invitations(tenant=tenant, status="open", window=waiting, now=now).rows if manages else []
    context = {
        "manages": manages,
        "roles": roles,
        "members": [_row(row, names, request.member) for row in members.rows],
        "next": members.next,
        "previous": members.previous,
        "invitations": [{"row": row, "role": role.name if (role := role_of(row)) else ""} for row in invited],
        "given": request.POST if refusal else {},
        "refusal": refusal,
        "done": "" if refusal else DONE.get(request.GET.get("done", ""), ""),
    }
    status = refusal.status if refusal else 200
    return show_settings(request, template="tenants/members.html", context=context, status=status)


def _window(request: TenantRequest) -> Window:
    cursor = request.GET.get("cursor")
    query = PageQuery(cursor=cursor) if cursor else PageQuery()
    return open_window(query=query, name="members page")


def _row(row: Membership, names: dict[str, str], member: Member | None) -> dict[str, Any]:
    key = role_key(row)
    return {
        "id": row.person_id,
        "name": row.person.name,
        "email": row.person.email,
        "role": key,
        "role_name": names.get(key, key),
        "is_active": row.is_active,
        "is_self": member is not None and member.person_id == row.person_id,
    }


def _change_role(request: TenantRequest, member: Member) -> str:
    commands.change_member(
        tenant=current_tenant(),
        person=_uuid(request, "person"),
        by=member,
        now=datetime.now(UTC),
        role=request.POST.get("role", ""),
    )
    return "changed"


def _deactivate(request: TenantRequest, member: Member) -> str:
    return _switch(request, member, is_active=False)


def _reactivate(request: TenantRequest, member: Member) -> str:
    return _switch(request, member, is_active=True)


def _switch(request: TenantRequest, member: Member, *, is_active: bool) -> str:
    person, now = _uuid(request, "person"), datetime.now(UTC)
    commands.change_member(tenant=current_tenant(), person=person, by=member, now=now, is_active=is_active)
    return "changed"


def _remove(request: TenantRequest, member: Member) -> str:
    person, now = _uuid(request, "person"), datetime.now(UTC)
    commands.remove_member(tenant=current_tenant(), person=person, by=member, now=now)
    return "removed"


def _end_sessions(request: TenantRequest, member: Member) -> str:
    person, now = _uuid(request, "person"), datetime.now(UTC)
    commands.end_member_sessions(tenant=current_tenant(), person=person, by=member, now=now)
    return "ended"


def _invite(request: TenantRequest, member: Member) -> str:
    tenant = current_tenant()
    invitations.invite(
        tenant=tenant,
        company=get_tenant_name(tenant=tenant),
        email=request.POST.get("email", ""),
        role=request.POST.get("role", ""),
        language=get_language() or "en",
        site=url_of(tenant=tenant, request=request),
        by=member,
        now=datetime.now(UTC),
    )
    return "invited"


def _resend(request: TenantRequest, member: Member) -> str:
    tenant = current_tenant()
    invitations.send_again(
        tenant=tenant,
        company=get_tenant_name(tenant=tenant),
        invitation=_uuid(request, "invitation"),
        site=url_of(tenant=tenant, request=request),
        by=member,
        now=datetime.now(UTC),
    )
    return "invited"


def _withdraw(request: TenantRequest, member: Member) -> str:
    invitation, now = _uuid(request, "invitation"), datetime.now(UTC)
    invitations.withdraw(tenant=current_tenant(), invitation=invitation, by=member, now=now)
    return "withdrawn"


def _uuid(request: TenantRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise NotFound from None


ACTIONS: Final = {
    "role": _change_role,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "remove": _remove,
    "end-sessions": _end_sessions,
    "invite": _invite,
    "resend": _resend,
    "withdraw": _withdraw,
}
