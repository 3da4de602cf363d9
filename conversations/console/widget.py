"""What a customer's site loads: the loader and the framed chat page. Neither needs or sets a cookie."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from conversations.definitions.inbox.body import OutsideHours
from conversations.definitions.inbox.queries import Inbox, find_inbox
from conversations.desk.states import is_closed
from tenants.confirming.elsewhere import refuse_elsewhere
from tenants.context import current_tenant
from tenants.middleware import TenantRequest
from tenants.policy import for_frame

MODULES: Final = (
    "live.js",
    "outbox.js",
    "thread.js",
    "nodes.js",
    "words.js",
    "widget/site.js",
    "widget/transcript.js",
    "widget/visitor.js",
)


@cache
def _loader() -> bytes:
    found = finders.find("yunke/widget/loader.js")
    if not isinstance(found, str):
        raise FileNotFoundError("yunke/widget/loader.js")
    return Path(found).read_bytes()


@require_safe
def loader(request: TenantRequest) -> HttpResponse:
    """The one script on a customer's site; the same for every inbox, so that it can be cached."""
    refuse_elsewhere(request=request)
    kept = "public, max-age=300" if current_tenant().confirmed else "no-store"
    headers = {"Cache-Control": kept, "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(_loader(), content_type="text/javascript; charset=utf-8", headers=headers)


@require_safe
def frame(request: TenantRequest, key: str) -> HttpResponse:
    """The chat page; only the sites that the inbox names may frame it."""
    refuse_elsewhere(request=request)
    inbox = find_inbox(key=key)
    if inbox is None:
        raise Http404
    wanted = request.GET.get("lang") or translation.get_language_from_request(request)
    confirmed = current_tenant().confirmed
    zh = wanted.startswith("zh")
    with translation.override("zh-hans" if zh else "en"):
        response = render(request, "console/widget.html", _context(inbox=inbox, zh=zh, now=datetime.now(UTC)))
    response.headers["Content-Security-Policy"] = for_frame(origins=inbox.body.origins if confirmed else ())
    response.headers["Cache-Control"] = "no-cache"
    return response


def _context(*, inbox: Inbox, zh: bool, now: datetime) -> dict[str, object]:
    words = f"i18n/widget-{'zh' if zh else 'en'}.js"
    closed = (inbox.body.outside_hours or OutsideHours()) if is_closed(inbox=inbox, now=now) else None
    return {"inbox": inbox, "zh": zh, "closed": closed, "modules": [f"yunke/{module}" for module in (*MODULES, words)]}
