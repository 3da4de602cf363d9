"""The page of all webhooks: how each does, and a form for a new one, whose secret is shown this once."""

from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from conversations.definitions.inbox.queries import get_inboxes
from conversations.engine.events import get_kinds
from conversations.threads.actors import Actor, of_member
from integrations.webhooks import commands
from integrations.webhooks.answers import show_endpoint
from integrations.webhooks.console.forms import read_headers, read_terms
from integrations.webhooks.console.wording import DONE, SCOPES, STATES, WHY_OFF, say
from integrations.webhooks.queries import get_page
from integrations.webhooks.rules import endpoints as rules
from tenants.members.permissions import READING_SCOPES
from tenants.middleware import TenantRequest
from tenants.paging import PageQuery, open_window
from tenants.refusals import NotAllowed, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/webhooks"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the webhooks; register one."""
    by = get_manager(request=request)
    if request.method != "POST":
        return _show(request, by)
    try:
        terms, headers = read_terms(form=request.POST), read_headers(form=request.POST)
        row, secret = commands.register(**terms, headers=headers, by=by, now=datetime.now(UTC))
    except Refusal as refusal:
        return _show(request, by, refusal=refusal)
    return _show(request, by, made={"id": row.id, "url": row.url, "secret": secret})


def get_manager(*, request: TenantRequest) -> Actor:
    """Answer who looks; raise NotAllowed unless they manage webhooks."""
    if request.member is None:
        raise NotAllowed
    by = of_member(member=request.member)
    commands.check_manages(by=by)
    return by


def _show(
    request: TenantRequest, by: Actor, *, refusal: Refusal | None = None, made: dict[str, Any] | None = None
) -> HttpResponse:
    cursor, now = request.GET.get("cursor", ""), datetime.now(UTC)
    found = get_page(window=open_window(query=PageQuery(cursor=cursor) if cursor else PageQuery(), name="hooks page"))
    shown = [show_endpoint(row=row, now=now) for row in found.rows]
    form = request.POST if refusal else QueryDict()
    context = {
        "hooks": [{"it": it, "state": STATES[it.status], "why": WHY_OFF.get(it.off_why or "")} for it in shown],
        "next": found.next,
        "previous": found.previous,
        **boxes(by=by, kinds=form.getlist("kind"), scopes=form.getlist("scope"), inboxes=form.getlist("inbox")),
        "fields": form.get("fields", ""),
        "form": form,
        "made": made,
        "wrong": say(refusal=refusal),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return show_settings(
        request, template="webhooks/webhooks.html", context=context, status=refusal.status if refusal else 200
    )


def boxes(*, by: Actor, kinds: list[str], scopes: list[str], inboxes: list[str]) -> dict[str, Any]:
    """Answer the boxes of a form: kinds of events, inboxes, and what else may be told; `scopes` may stay always."""
    told = sorted(rules.SCOPES)
    return {
        "kinds": [{"key": kind, "on": kind in kinds} for kind in sorted(get_kinds())],
        "inboxes": [{"key": one.key, "name": one.body.name, "on": one.key in inboxes} for one in get_inboxes()],
        "gone": sorted(set(inboxes) - {one.key for one in get_inboxes()}),
        "chosen": len(kinds) + len(inboxes),
        "scopes": [
            {"key": scope, "words": SCOPES[scope], "on": scope in scopes, "open": scope in scopes or _may(by, scope)}
            for scope in told
        ],
    }


def _may(by: Actor, scope: str) -> bool:
    return by.may(scope) or scope in READING_SCOPES
