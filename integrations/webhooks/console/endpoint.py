"""The page of one webhook: how it does, what can be done to it, its terms, and what went and goes to it."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_http_methods

from conversations.threads.actors import Actor
from integrations.webhooks import commands, proving, queries, replaying
from integrations.webhooks.answers import DAY_S, show_endpoint
from integrations.webhooks.console.forms import read_headers, read_range, read_terms, write_fields
from integrations.webhooks.console.listing import PATH, boxes, get_manager
from integrations.webhooks.console.wording import DELIVERIES, DONE, OVERLAPS, STATES, TROUBLES, WHY_OFF, say
from integrations.webhooks.log_answers import show_delivery
from integrations.webhooks.models import Endpoint
from integrations.webhooks.rules.filtering import Filters
from tenants.middleware import TenantRequest
from tenants.paging import PageQuery, open_window
from tenants.refusals import NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

AT_ONCE: Final = 25


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest, webhook: UUID) -> HttpResponse:
    """Show one; do to it what a form asks for."""
    by = get_manager(request=request)
    if request.method != "POST":
        return _show(request, webhook, by)
    do = request.POST.get("do", "")
    try:
        secret = _take(webhook, do, request.POST, by, datetime.now(UTC))
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, webhook, by, refusal=refusal)
    if secret:
        return _show(request, webhook, by, secret=secret)
    path = PATH if do == "remove" else f"{PATH}/{webhook}"
    return HttpResponseRedirect(f"{path}?{urlencode({'done': do})}")


def _take(webhook: UUID, do: str, form: QueryDict, by: Actor, now: datetime) -> str:
    """Do it; answer a new secret, if there is one."""
    said: dict[str, Any] = {"endpoint": webhook, "by": by, "now": now}
    match do:
        case "verify":
            proving.prove(**said)
        case "pause":
            commands.pause(**said)
        case "resume":
            commands.resume(**said)
        case "test":
            replaying.send_test(**said)
        case "remove":
            commands.remove(**said)
        case "rotate":
            chosen = form.get("overlap", "")
            overlap = next((seconds for seconds in OVERLAPS if str(seconds) == chosen), DAY_S)
            return commands.rotate(**said, overlap_s=overlap)[1]
        case "change":
            commands.change(**said, changes=_read_changes(form))
        case "replay":
            replaying.replay_range(**said, **read_range(form=form))
        case _:
            raise NotFound
    return ""


def _read_changes(form: QueryDict) -> dict[str, Any]:
    """Answer the terms; headers, which are not shown, only where new ones stand there or none are wanted."""
    changes, headers = read_terms(form=form), read_headers(form=form)
    return changes | ({"headers": headers} if headers or form.get("no_headers") else {})


def _show(
    request: TenantRequest, webhook: UUID, by: Actor, *, refusal: Refusal | None = None, secret: str = ""
) -> HttpResponse:
    row, now = queries.get_endpoint(endpoint=webhook), datetime.now(UTC)
    it, changed = show_endpoint(row=row, now=now), refusal is not None and request.POST.get("do") == "change"
    terms = _terms(row, request.POST if changed else None)
    context = {
        "it": it,
        "state": STATES[it.status],
        "why": WHY_OFF.get(it.off_why or ""),
        "health": _health(webhook, now),
        "terms": terms,
        "told": row.kinds,
        **boxes(by=by, kinds=terms["kinds"], scopes=terms["scopes"], inboxes=terms["filters"].inboxes),
        "fields": write_fields(fields=terms["filters"].fields),
        "overlaps": [{"s": seconds, "words": words, "on": seconds == DAY_S} for seconds, words in OVERLAPS.items()],
        "secret": secret,
        "wrong": say(refusal=refusal),
        "done": None if refusal or secret else DONE.get(request.GET.get("done", "")),
        **_deliveries(request, row, by),
    }
    status = refusal.status if refusal else 200
    return show_settings(request, template="webhooks/webhook.html", context=context, status=status)


def _terms(row: Endpoint, form: QueryDict | None) -> dict[str, Any]:
    """Answer the terms as a form that was refused has them, or as they are."""
    if form is not None:
        return read_terms(form=form)
    known = {name: getattr(row, name) for name in ("url", "description", "kinds", "scopes")}
    return {**known, "filters": msgspec.convert(row.filters, Filters)}


def _health(webhook: UUID, now: datetime) -> dict[str, Any]:
    names = ("delivered", "failed", "waiting", "oldest", "half", "most")
    return dict(zip(names, queries.get_health(endpoint=webhook, now=now), strict=True))


def _deliveries(request: TenantRequest, row: Endpoint, by: Actor) -> dict[str, Any]:
    cursor, state = request.GET.get("cursor", ""), request.GET.get("state", "")
    conditions = {"state": state} if state in DELIVERIES else {}
    query = PageQuery(cursor=cursor, limit=AT_ONCE) if cursor else PageQuery(limit=AT_ONCE)
    window = open_window(query=query, name=f"deliveries page {row.id} {state if conditions else ''}")
    found = queries.get_deliveries(endpoint=row.id, conditions=conditions, window=window)
    return {
        "deliveries": [
            {"it": it, "state": DELIVERIES[it.state], "trouble": TROUBLES.get(it.last.error) if it.last else None}
            for it in (show_delivery(row=delivery, by=by) for delivery in found.rows)
        ],
        "states": [{"key": key, "words": words, "on": key == state} for key, words in DELIVERIES.items()],
        "chosen_state": state if conditions else "",
        "next": found.next and urlencode({**conditions, "cursor": found.next}),
        "previous": found.previous and urlencode({**conditions, "cursor": found.previous}),
    }
