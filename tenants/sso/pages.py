"""The page on which a company sets how its people sign in: plain forms that work without JavaScript."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.context import TenantRef, current_tenant, platform_context
from tenants.members.member import Member
from tenants.members.permissions import Role
from tenants.members.roles.queries import RoleFound, get_roles
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in
from tenants.sso import commands
from tenants.sso.commands import Wanted, record_name, record_text
from tenants.sso.going import CALLBACK
from tenants.sso.queries import Setting, get_domains, get_setting, key_of
from tenants.sso.rechecking import trusted_until

PATH: Final = "/settings/security"
_LONGEST: Final = 500


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("client_secret")
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show what is set; do what one of the forms asks for."""
    member = request.member
    if member is None or not member.may("tenant.manage"):
        raise NotAllowed
    act = ACTS.get(request.POST.get("do", ""))
    if request.method != "POST" or act is None:
        return _show(request)
    try:
        act(request, member, datetime.now(UTC))
    except NotFound:
        return HttpResponseRedirect(PATH)
    except Refusal as refusal:
        return _show(request, refusal)
    return HttpResponseRedirect(f"{PATH}?saved={request.POST['do']}")


def _set_provider(request: TenantRequest, member: Member, now: datetime) -> None:
    form = _form(request)
    wanted = Wanted(
        issuer=form["issuer"],
        client_id=form["client_id"],
        client_secret=form["client_secret"] or None,
        role=form["role"] or None,
        on=bool(form["on"]),
        only=bool(form["only"]),
    )
    commands.set_provider(tenant=current_tenant(), member=member, wanted=wanted, now=now)


def _remove_provider(_request: TenantRequest, member: Member, now: datetime) -> None:
    commands.remove_provider(tenant=current_tenant(), member=member, now=now)


def _add_domain(request: TenantRequest, member: Member, now: datetime) -> None:
    domain = request.POST.get("domain", "")
    commands.add_domain(tenant=current_tenant(), member=member, domain=domain, now=now)


def _check_domain(request: TenantRequest, member: Member, now: datetime) -> None:
    commands.check_domain(tenant=current_tenant(), member=member, domain_id=_id(request), now=now)


def _remove_domain(request: TenantRequest, member: Member, now: datetime) -> None:
    commands.remove_domain(tenant=current_tenant(), member=member, domain_id=_id(request), now=now)


def _require(request: TenantRequest, member: Member, now: datetime) -> None:
    required = bool(request.POST.get("second_factor"))
    commands.require_second_factor(tenant=current_tenant(), member=member, required=required, now=now)


Act = Callable[[TenantRequest, Member, datetime], None]
ACTS: Final[Mapping[str, Act]] = {
    "require": _require,
    "set": _set_provider,
    "remove": _remove_provider,
    "add_domain": _add_domain,
    "check_domain": _check_domain,
    "remove_domain": _remove_domain,
}


def _id(request: TenantRequest) -> UUID:
    try:
        return UUID(request.POST.get("id", ""))
    except ValueError as error:
        raise NotFound from error


def _form(request: TenantRequest) -> dict[str, str]:
    names = ("issuer", "client_id", "client_secret", "role", "on", "only")
    return {name: request.POST.get(name, "").strip()[:_LONGEST] for name in names}


def _show(request: TenantRequest, refusal: Refusal | None = None) -> HttpResponse:
    tenant = current_tenant()
    setting = get_setting(tenant=tenant)
    refused = refusal is not None and request.POST.get("do") == "set"
    errors = {error["field"]: error["detail"] for error in reversed(refusal.errors)} if refusal else {}
    context = {
        "setting": setting,
        "form": _form(request) if refused else _stored(setting),
        "roles": _roles(tenant),
        "redirect_uri": request.build_absolute_uri(CALLBACK),
        "domains": [
            {"row": row, "name": record_name(row), "text": record_text(row), "until": trusted_until(row=row)}
            for row in get_domains(tenant=tenant)
        ],
        "domain": request.POST.get("domain", "") if refusal else "",
        "saved": "" if refusal else request.GET.get("saved", ""),
        "refusal": refusal,
        "errors": errors,
    }
    status = refusal.status if refusal else 200
    return show_settings(request, template="tenants/security.html", context=context, status=status)


def _stored(setting: Setting) -> dict[str, str]:
    row = setting.provider
    if row is None:
        return {"role": "agent"}
    flags = {"on": "on" if row.is_on else "", "only": "on" if setting.only else ""}
    return {"issuer": row.issuer, "client_id": row.client_id, "role": key_of(row) or "", **flags}


def _roles(tenant: TenantRef) -> list[RoleFound]:
    with platform_context():
        return [role for role in get_roles(tenant=tenant.id) if role.key != Role.OWNER]
