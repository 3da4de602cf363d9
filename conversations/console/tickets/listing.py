"""The list of tickets: a few ways to look at it, words, filters, page by page; whether there is news."""

import hashlib
from typing import Any, Final

import msgspec
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe
from msgspec import UNSET

from conversations.console.tickets.rows import get_team_names, show_rows
from conversations.console.tickets.words import CATEGORIES, PRIORITIES, get_names, name_in, pairs
from conversations.definitions.queries import get_definitions
from conversations.terms.beginnings import query_of
from conversations.threads.actors import Actor, of_member
from conversations.threads.rules import sees_personal
from conversations.tickets.kind.body import BUILT_IN, GENERAL, KIND, TicketType
from conversations.tickets.looking import Looked, look_through
from conversations.tickets.queries import Filters, Order
from conversations.tickets.rules.asking import HANDLE, check_view
from tenants.middleware import TenantRequest
from tenants.paging import Page, PageQuery, open_window
from tenants.refusals import Invalid, NotAllowed
from tenants.settings_pages import show_settings, signed_in
from tenants.text import is_storable

VIEWS: Final = {
    "open": gettext_noop("To be done"),
    "mine": gettext_noop("Mine"),
    "unowned": gettext_noop("Nobody's"),
    "watched": gettext_noop("Watched"),
    "due": gettext_noop("Due next"),
    "broken": gettext_noop("Promise broken"),
    "all": gettext_noop("All"),
}
ASSIGN: Final = "conversations.assign"
_CHOICES: Final = ("category", "type", "priority", "team")


class _Asked(PageQuery, frozen=True):
    """What the address says; what is not known there is nothing."""

    view: str = "open"
    q: str = ""
    category: str = ""
    type: str = ""
    priority: str = ""
    team: str = ""


@require_safe
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show a page of the list."""
    actor, asked = get_actor(request), _read(request)
    found = _find(asked, actor)
    context = {
        "views": [{"key": key, "words": words, "here": key == asked.view} for key, words in VIEWS.items()],
        "asked": msgspec.structs.asdict(asked),
        "rows": show_rows(rows=found.rows, names=get_names(), personal=sees_personal(actor=actor)),
        "state": _state(found.rows),
        "next": _link(asked, found.next),
        "previous": _link(asked, found.previous),
        "categories": pairs(of=CATEGORIES),
        "priorities": pairs(of=PRIORITIES),
        "types": get_types(),
        "teams": sorted(get_team_names().items()),
        "may_handle": actor.may(HANDLE),
        "may_report": actor.may(ASSIGN),
        "filtered": any(getattr(asked, name) for name in ("q", *_CHOICES)),
    }
    return show_settings(request, template="console/tickets/list.html", context=context)


@require_safe
@signed_in
def news(request: TenantRequest) -> HttpResponse:
    """Say how the same page of the list stands, for whoever looks at it."""
    return JsonResponse({"state": _state(_find(_read(request), get_actor(request)).rows)})


def get_actor(request: TenantRequest) -> Actor:
    """Answer who looks; refuse who may not see tickets."""
    if request.member is None:
        raise NotAllowed
    actor = of_member(member=request.member)
    check_view(actor=actor)
    return actor


def get_types() -> list[tuple[str, str]]:
    """Answer the types of which tickets can be opened, by key and name."""
    found = {row.key: msgspec.convert(row.body, TicketType) for row in get_definitions(kind=KIND)}
    return [(key, name_in(body=body)) for key, body in sorted({GENERAL: BUILT_IN, **found}.items())]


def _read(request: TenantRequest) -> _Asked:
    given = {name: text for name, text in request.GET.dict().items() if is_storable(text=str(text))}
    known: dict[str, Any] = {name: str(given[name])[:200] for name in ("view", "q", *_CHOICES) if name in given}
    asked = _Asked(**known)
    if asked.view not in VIEWS:
        asked = msgspec.structs.replace(asked, view="open")
    cursor = str(given.get("cursor", ""))
    return msgspec.structs.replace(asked, cursor=cursor) if cursor else asked


def _find(asked: _Asked, actor: Actor) -> Page[Looked]:
    order: Order = "due_at" if asked.view == "due" else "-changed_at"
    whose = f"tickets page {actor.id}"
    try:
        window = open_window(query=asked, name=whose)
    except Invalid:  # a place in a list that is another one by now
        window = open_window(query=msgspec.structs.replace(asked, cursor=UNSET), name=whose)
    return look_through(filters=_filters(asked, actor), window=window, order=order)


def _filters(asked: _Asked, actor: Actor) -> Filters:
    said: dict[str, Any] = {name: getattr(asked, name) for name in _CHOICES if getattr(asked, name)}
    words = query_of(text=asked.q) if asked.q and sees_personal(actor=actor) else None
    ways: dict[str, dict[str, Any]] = {
        "mine": {"owner": actor.id, "settled": False},
        "unowned": {"unowned": True, "settled": False},
        "watched": {"watcher": actor.id},
        "broken": {"broken": True, "settled": False},
        "all": {},
    }
    return Filters(**{**ways.get(asked.view, {"settled": False}), **said}, words=words)


def _state(rows: list[Looked]) -> str:
    told = [f"{row.ticket.id} {row.mark}" for row in rows]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def _link(asked: _Asked, cursor: str | None) -> dict[str, str] | None:
    """Answer the parameters of another page."""
    if cursor is None:
        return None
    said = {name: getattr(asked, name) for name in ("view", "q", *_CHOICES)}
    return {**{name: text for name, text in said.items() if text}, "cursor": cursor}
