"""Settings of API keys: what there is and what each can do now; plain forms to make, rotate and revoke one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_http_methods

from conversations.access.commands import make_key, revoke_key, rotate_key
from conversations.access.queries import Makers, find_makers, find_old_until, get_page, judge_key
from conversations.console.wording import KEY, say_wrong
from tenants.closing import while_closed
from tenants.members.member import Member
from tenants.members.permissions import KEY_SCOPES, NOTES_READ, PERSONAL_READ, READING_SCOPES
from tenants.members.roles.words import WORDS
from tenants.middleware import TenantRequest
from tenants.paging import PageQuery, open_window
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/keys"
STATES: Final = {"live": "✓ Live", "suspended": "⏸ Suspended", "expired": "✗ Expired", "revoked": "✗ Revoked"}
DAY_S: Final = 86_400
OVERLAPS: Final = {  # when the secret before ends, in seconds from now; a day unless another is chosen
    0: "The old secret ends at once",
    3600: "The old secret ends in an hour",
    DAY_S: "The old secret ends in a day",
    7 * DAY_S: "The old secret ends in a week",
}
SCOPE_WORDS: Final = {
    **{scope: WORDS[scope] for scope in KEY_SCOPES - READING_SCOPES},
    NOTES_READ: "Read internal notes",
    PERSONAL_READ: "Read names, addresses and what was said",
}


@while_closed  # what a closed company cannot do is refused by the command
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the keys; make, rotate or revoke one."""
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
    """Do what a form asks for; answer the secret of a key that was made or rotated."""
    form = request.POST
    match form.get("do"):
        case "revoke":
            revoke_key(key=_read_key(form), by=by, now=now)
            return ""
        case "rotate":
            return rotate_key(key=_read_key(form), overlap_s=_read_overlap(form), by=by, now=now)[1]
    made = make_key(
        name=form.get("name", "").strip()[:100] or "API",
        scopes=form.getlist("scope"),
        networks=form.get("networks", "").split(),
        expires_at=_read_end(form),
        by=by,
        now=now,
    )
    return made[1]


def _read_key(form: QueryDict) -> UUID:
    try:
        return UUID(form.get("key", ""))
    except ValueError:
        raise NotFound from None


def _read_overlap(form: QueryDict) -> int:
    chosen = form.get("overlap", "")
    return next((seconds for seconds in OVERLAPS if str(seconds) == chosen), DAY_S)


def _read_end(form: QueryDict) -> datetime | None:
    """Answer the end of the last day, by UTC; None where none is chosen."""
    last = form.get("last_day", "")
    if not last:
        return None
    try:
        return datetime.combine(date.fromisoformat(last), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid(errors=[{"field": "expires_at", "code": "invalid", "detail": "A day."}]) from None


def _show(request: TenantRequest, by: Member, *, refusal: Refusal | None = None, secret: str = "") -> HttpResponse:
    cursor = request.GET.get("cursor", "")
    query = PageQuery(cursor=cursor) if cursor else PageQuery()
    found = get_page(window=open_window(query=query, name="keys page"))
    makers, now = find_makers(), datetime.now(UTC)
    form = request.POST if refusal else QueryDict()
    context = {
        "keys": [_card(row, makers, now) for row in found.rows],
        "next": found.next,
        "previous": found.previous,
        "scopes": [
            {
                "key": scope,
                "words": words,
                "on": scope in form.getlist("scope"),
                "open": scope in READING_SCOPES or by.may(scope),
            }
            for scope, words in sorted(SCOPE_WORDS.items())
        ],
        "form": form,
        "overlaps": [{"s": seconds, "words": words, "on": seconds == DAY_S} for seconds, words in OVERLAPS.items()],
        "secret": secret,
        "wrong": say_wrong(refusal=refusal, words=KEY),
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
        "old_until": find_old_until(key=row, makers=makers, now=now),
        "may": [SCOPE_WORDS[scope] for scope in sorted(scopes)],
        "lost": [SCOPE_WORDS[scope] for scope in sorted(set(row.scopes) - scopes) if status == "live"],
    }
