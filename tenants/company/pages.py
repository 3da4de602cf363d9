"""The page of the company as a whole: plain forms that work without JavaScript."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tenants.closing import while_closed
from tenants.company.queries import get_company
from tenants.context import current_tenant
from tenants.domains import commands as domains
from tenants.domains.models import Domain
from tenants.domains.proving import FILE, RECORD, WORD
from tenants.domains.queries import get_domains
from tenants.domains.wording import say_problem
from tenants.exports.api import download as stream
from tenants.exports.commands import ask_for_export
from tenants.exports.queries import get_export, get_page
from tenants.members.member import Member
from tenants.middleware import TenantRequest
from tenants.paging import Window
from tenants.provisioning.deletion import ask_for_deletion, take_deletion_back
from tenants.provisioning.renaming import change_company
from tenants.refusals import NotAllowed, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/company"
SHOWN: Final = 10

Act = Callable[[Mapping[str, Any], Member, datetime], None]


@while_closed  # each command refuses by itself what cannot be done then
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the company; do what one of the forms asks for."""
    member = _get_manager(request)
    do = request.POST.get("do", "")
    if request.method != "POST" or do not in ACTS:
        return _show(request)
    try:
        ACTS[do](request.POST, member, datetime.now(UTC))
    except Refusal as refusal:
        return _show(request, refusal, do)
    return HttpResponseRedirect(f"{PATH}?done={do}#{do}")  # under an old address it is sent on


@require_safe
def download(request: TenantRequest, export: UUID) -> StreamingHttpResponse:
    """Download an archive."""
    return stream(request=request, export=get_export(export=export), by=_get_manager(request))


def _rename(form: Mapping[str, Any], by: Member, now: datetime) -> None:
    change_company(by=by, now=now, name=form.get("name", ""), slug=form.get("slug", ""))


def _claim(form: Mapping[str, Any], by: Member, now: datetime) -> None:
    domains.claim(name=form.get("domain", "")[:300], by=by, now=now)


def _check(form: Mapping[str, Any], by: Member, now: datetime) -> None:
    domains.look(domain=_id(form), by=by, now=now)


def _remove(form: Mapping[str, Any], by: Member, now: datetime) -> None:
    domains.remove(domain=_id(form), by=by, now=now)


def _export(_form: Mapping[str, Any], by: Member, now: datetime) -> None:
    ask_for_export(by=by, language=_language(), now=now)


def _delete(form: Mapping[str, Any], by: Member, now: datetime) -> None:
    ask_for_deletion(by=by, password=form.get("password", "")[:200], language=_language(), now=now)


def _keep(_form: Mapping[str, Any], by: Member, now: datetime) -> None:
    take_deletion_back(by=by, language=_language(), now=now)


ACTS: Final[dict[str, Act]] = {
    "rename": _rename,
    "claim": _claim,
    "check": _check,
    "remove": _remove,
    "export": _export,
    "delete": _delete,
    "keep": _keep,
}


def _get_manager(request: TenantRequest) -> Member:
    if request.member is None or not request.member.may("tenant.manage"):
        raise NotAllowed
    return request.member


def _id(form: Mapping[str, Any]) -> UUID:
    try:
        return UUID(form.get("id", ""))
    except ValueError:
        return UUID(int=0)


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _show(request: TenantRequest, refusal: Refusal | None = None, did: str = "") -> HttpResponse:
    row, old = get_company(tenant=current_tenant())
    form = request.POST if refusal else QueryDict()
    context = {
        "row": row,
        "old": old,
        "form": {"name": row.name, "slug": row.slug, **form.dict()},
        "host": settings.YUNKE_TENANT_DOMAIN,
        "domains": [_proofs(one) for one in get_domains()],
        "file": FILE,
        "exports": get_page(window=Window("exports", SHOWN)).rows,
        "grace": settings.YUNKE_DELETION_GRACE_DAYS,
        "details": _details(refusal),
        "did": did,
        "done": "" if refusal else request.GET.get("done", ""),
    }
    return show_settings(
        request, template="tenants/company.html", context=context, status=refusal.status if refusal else 200
    )


def _proofs(row: Domain) -> dict[str, Any]:
    return {
        "row": row,
        "record": f"{RECORD}.{row.name}",
        "proof": f"{WORD}{row.token}",
        "problem": say_problem(problem=row.problem),
    }


def _details(refusal: Refusal | None) -> list[str]:
    if refusal is None:
        return []
    return [error["detail"] for error in refusal.errors] or [refusal.detail]
