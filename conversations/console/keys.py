"""Settings of API keys: what there is and what each can do now; plain forms to make one and to revoke one."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from conversations.access.commands import make_key, revoke_key
from conversations.access.queries import Makers, find_makers, get_page, judge_key
from tenants.closing import while_closed
from tenants.members.member import Member
from tenants.members.permissions import KEY_SCOPES, NOTES_READ, PERSONAL_READ, READING_SCOPES
from tenants.members.roles.words import WORDS
from tenants.middleware import TenantRequest
from tenants.paging import PageQuery, open_window
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/keys"
STATES: Final = {"live": "✓ Live", "suspended": "⏸ Suspended", "expired": "✗ Expired", "revoked": "✗ Revoked"}
SCOPE_WORDS: Final = {
    **{scope: WORDS[scope] for scope in KEY_SCOPES - READING_SCOPES},
    NOTES_READ: "Read internal notes",
    PERSONAL_READ: "Read names, addresses and what was said",
}


@while_closed  # what a closed company cannot do is refused by the command
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the keys; make or revoke one."""
    member = request.member
    if member is None or not member.may("keys.manage"):
        raise NotAllowed
    if request.method != "POST":
        return _show(request, member)
    try:
        secret = _take(request, member, datetime.now(UTC))
    except Refusal as refusal:
        return _show(request, member, refusal=refusal)
    return _show(request, member, secret=secret) if secret else HttpResponseRedirect(f"{PATH}?done=1")


def _take(request: TenantRequest, by: Member, now: datetime) -> str:
    """Do what a form asks for; answer the secret of a key that was made."""
    form = request.POST
    if form.get("do") == "revoke":
        try:
            key = UUID(form.get("key", ""))
        except ValueError:
            raise NotFound from None
        revoke_key(key=key, by=by, now=now)
        return ""
    name = form.get("name", "").strip()[:100] or "API"
    made = make_key(name=name, scopes=form.getlist("scope"), networks=[], expires_at=None, by=by, now=now)
    return made[1]


def _show(request: TenantRequest, by: Member, *, refusal: Refusal | None = None, secret: str = "") -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    query = PageQuery(cursor=cursor) if cursor else PageQuery()
    found = get_page(window=open_window(query=query, name="keys page"))
    makers, now = find_makers(), datetime.now(UTC)
    chosen = request.POST.getlist("scope") if refusal else []
    context = {
        "keys": [_card(row, makers, now) for row in found.rows],
        "next": found.next,
        "previous": found.previous,
        "scopes": [
            {"key": scope, "words": words, "on": scope in chosen, "open": scope in READING_SCOPES or by.may(scope)}
            for scope, words in sorted(SCOPE_WORDS.items())
        ],
        "name": request.POST.get("name", "") if refusal else "",
        "secret": secret,
        "refusal": refusal,
        "done": request.GET.get("done", "") and not refusal,
    }
    status = refusal.status if refusal else 200
    return show_settings(request, template="console/keys.html", context=context, status=status)


def _card(row: Any, makers: Makers, now: datetime) -> dict[str, Any]:
    status, scopes = judge_key(key=row, makers=makers, now=now)
    return {
        "row": row,
        "status": status,
        "state": STATES[status],
        "may": [SCOPE_WORDS[scope] for scope in sorted(scopes)],
        "lost": [SCOPE_WORDS[scope] for scope in sorted(set(row.scopes) - scopes) if status == "live"],
    }
