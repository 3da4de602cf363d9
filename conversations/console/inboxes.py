"""Settings of the inboxes: a plain form each, which works without JavaScript."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from conversations.channels.webchat.commands import change_inbox
from conversations.channels.webchat.vouching.commands import LIVE_AT_ONCE, TooManySecrets, make_secret, retire_secret
from conversations.channels.webchat.vouching.queries import get_secrets
from conversations.console.wording import INBOX, ORIGIN, say_wrong
from conversations.definitions.inbox.body import check_origins, window_of
from conversations.definitions.inbox.queries import Inbox, get_inbox, get_inboxes
from conversations.definitions.queries import get_definitions
from conversations.threads.actors import Actor, of_member
from tenants.middleware import TenantRequest
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

REFERENCES: Final = ("queue", "calendar")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show every inbox with its forms; take one form."""
    member = request.member
    if member is None or not member.may("inboxes.manage"):
        raise NotAllowed
    if request.method != "POST":
        return _show(request)
    key = request.POST.get("key", "")
    try:
        secret = _take(key, request.POST, of_member(member=member), datetime.now(UTC))
    except (Invalid, TooManySecrets) as refusal:
        return _show(request, about=key, refusal=refusal)
    if secret:
        return _show(request, about=key, secret=secret)
    return HttpResponseRedirect(f"/settings/inboxes?saved={key}#{key}")


def _take(key: str, form: Mapping[str, Any], by: Actor, now: datetime) -> str:
    """Do what a form asks for; answer a secret that was made."""
    if "make" in form:
        return make_secret(inbox=get_inbox(key=key), by=by, now=now)[1]
    if "retire" in form:
        retire_secret(inbox=get_inbox(key=key), secret=_read_id(form["retire"]), by=by, now=now)
    else:
        change_inbox(key=key, changes=_changes(form), actor=by, now=now)
    return ""


def _read_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _changes(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": form.get("name", "").strip(),
        "color": form.get("color", ""),
        "origins": form.get("origins", "").split(),
        "greeting": {"en": form.get("greeting_en", "").strip(), "zh": form.get("greeting_zh", "").strip()},
        "require_vouching": "require_vouching" in form,
        **({"edit_window_s": _seconds(form["edit_minutes"])} if "edit_minutes" in form else {}),
        **{name: form[name] or None for name in REFERENCES if name in form},
    }


def _seconds(minutes: str) -> object:
    """Answer the seconds; what is no number stays as it is, and is refused where all is."""
    return int(minutes) * 60 if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else minutes


def _show(request: TenantRequest, *, about: str = "", refusal: Refusal | None = None, secret: str = "") -> HttpResponse:
    """Show all; `about` is the key of the inbox that was refused something, or that a secret was made for."""
    origin = request.build_absolute_uri("/")[:-1]
    saved = request.GET.get("saved", "") if not about else ""
    choices = {name: _choices(name) for name in REFERENCES}
    cards = [
        {
            "inbox": inbox,
            "line": f'<script src="{origin}/widget.js" data-inbox="{inbox.key}" async></script>',
            "saved": inbox.key == saved,
            "wrong": _say_wrong(request.POST, refusal) if inbox.key == about else [],
            "form": _as_form(request.POST if isinstance(refusal, Invalid) and inbox.key == about else _stored(inbox)),
            "secrets": (secrets := get_secrets(inbox=inbox.key)),
            "full": len(secrets) >= LIVE_AT_ONCE,
            "secret": secret if inbox.key == about else "",
            "queues": choices["queue"],
            "calendars": choices["calendar"],
        }
        for inbox in get_inboxes()
    ]
    status = refusal.status if refusal else 200
    return show_settings(request, template="console/inboxes.html", context={"cards": cards}, status=status)


def _choices(kind: str) -> list[tuple[str, str]]:
    return [(row.key, str(row.body.get("name", row.key))) for row in get_definitions(kind=kind)]


def _say_wrong(form: Mapping[str, Any], refusal: Refusal | None) -> list[str]:
    if refusal is not None and any(error["field"] == "origins" for error in refusal.errors):
        wrong = next((origin for origin in form.get("origins", "").split() if not _is_origin(origin)), None)
        if wrong is not None:
            return [gettext(ORIGIN) % {"origin": wrong[:80]}]
    return say_wrong(refusal=refusal, words=INBOX)


def _is_origin(text: str) -> bool:
    try:
        check_origins(origins=(text,))
    except Invalid:
        return False
    return True


def _as_form(fields: Mapping[str, Any]) -> dict[str, str]:
    names = ("name", "color", "origins", "greeting_en", "greeting_zh", "require_vouching", "edit_minutes", *REFERENCES)
    return {name: str(fields.get(name, "")) for name in names}


def _stored(inbox: Inbox) -> dict[str, str]:
    body = inbox.body
    origins = "\n".join(body.origins)
    greeting = {"greeting_en": body.greeting.en, "greeting_zh": body.greeting.zh}
    minutes = str(window_of(inbox=body) // 60)
    required = {"require_vouching": "on"} if body.require_vouching is True else {}
    named = {name: key for name in REFERENCES if isinstance(key := getattr(body, name), str)}
    return {
        "name": body.name,
        "color": body.color,
        "origins": origins,
        **greeting,
        **required,
        **named,
        "edit_minutes": minutes,
    }
