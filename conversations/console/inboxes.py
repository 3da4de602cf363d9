"""Settings of the inboxes: a plain form each, which works without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from conversations.channels.webchat.commands import change_inbox
from conversations.channels.webchat.queries import Inbox, get_inboxes
from conversations.threads.actors import of_member
from tenants.middleware import TenantRequest
from tenants.refusals import Invalid, NotAllowed
from tenants.settings_pages import show_settings, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show every inbox with its form; take one form."""
    member = request.member
    if member is None or not member.may("inboxes.manage"):
        raise NotAllowed
    if request.method != "POST":
        return _show(request)
    key = request.POST.get("key", "")
    try:
        change_inbox(key=key, changes=_changes(request.POST), actor=of_member(member=member), now=datetime.now(UTC))
    except Invalid as refusal:
        return _show(request, refused=key, refusal=refusal)
    return HttpResponseRedirect(f"/settings/inboxes?saved={key}#{key}")


def _changes(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": form.get("name", "").strip(),
        "color": form.get("color", ""),
        "origins": form.get("origins", "").split(),
        "greeting": {"en": form.get("greeting_en", "").strip(), "zh": form.get("greeting_zh", "").strip()},
    }


def _show(request: TenantRequest, *, refused: str = "", refusal: Invalid | None = None) -> HttpResponse:
    origin = request.build_absolute_uri("/")[:-1]
    saved = request.GET.get("saved", "") if refusal is None else ""
    cards = [
        {
            "inbox": inbox,
            "line": f'<script src="{origin}/widget.js" data-inbox="{inbox.key}" async></script>',
            "saved": inbox.key == saved,
            "errors": refusal.errors if refusal and inbox.key == refused else [],
            "form": _as_form(request.POST if refusal and inbox.key == refused else _stored(inbox)),
        }
        for inbox in get_inboxes()
    ]
    status = 422 if refusal else 200
    return show_settings(request, template="console/inboxes.html", context={"cards": cards}, status=status)


def _as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    names = ("name", "color", "origins", "greeting_en", "greeting_zh")
    return {name: str(fields.get(name, "")) for name in names}


def _stored(inbox: Inbox) -> dict[str, str]:
    body = inbox.body
    origins = "\n".join(body.origins)
    greeting = {"greeting_en": body.greeting.en, "greeting_zh": body.greeting.zh}
    return {"name": body.name, "color": body.color, "origins": origins, **greeting}
