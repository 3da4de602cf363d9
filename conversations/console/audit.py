"""The audit as a page: who did what, the newest first, with filters that work without JavaScript."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse
from django.views.decorators.http import require_safe
from msgspec import UNSET, Meta, UnsetType

from conversations.audit.queries import Entry, Filters, get_page, show_entry
from tenants.bodies import invalid_from
from tenants.middleware import TenantRequest
from tenants.paging import Page, PageQuery, open_window
from tenants.refusals import Invalid, NotAllowed
from tenants.settings_pages import show_settings, signed_in
from tenants.text import is_storable_json

Word = Annotated[str, Meta(max_length=100)]


class Asked(PageQuery, frozen=True):
    """What the form asks for: days in UTC, the last one included."""

    action: Word = ""
    target: Word = ""
    since: date | UnsetType = UNSET
    until: date | UnsetType = UNSET


@require_safe
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show a page of entries."""
    if request.member is None or not request.member.may("audit.view"):
        raise NotAllowed
    given = {name: value.strip() for name, value in request.GET.dict().items() if value.strip()}
    try:
        asked = _read(given)
        filters = _filters(asked)
        found = get_page(filters=filters, window=open_window(query=asked, name="audit page"))
    except Invalid as refusal:
        return _show(request, given, Page([], None, None), refusal)
    return _show(request, given, found)


def _read(given: dict[str, str]) -> Asked:
    if not is_storable_json(data=given):
        raise Invalid
    try:
        return msgspec.convert(given, Asked, strict=False)
    except msgspec.ValidationError as error:
        raise invalid_from(error=error) from error


def _filters(asked: Asked) -> Filters:
    return Filters(
        action=asked.action or None,
        target=asked.target or None,
        since=None if isinstance(asked.since, UnsetType) else _midnight(asked.since),
        until=None if isinstance(asked.until, UnsetType) else _midnight(asked.until) + timedelta(days=1),
    )


def _midnight(day: date) -> datetime:
    if not 1970 <= day.year <= 9000:  # beyond, the day after may be none
        raise Invalid(errors=[{"field": "since", "code": "invalid", "detail": "A day."}])
    return datetime.combine(day, time(), UTC)


def _show(
    request: TenantRequest, given: dict[str, str], found: Page[Any], refusal: Invalid | None = None
) -> HttpResponse:
    plain = {name: value for name, value in given.items() if name != "cursor"}
    links = {name: cursor and "?" + urlencode({**plain, "cursor": cursor}) for name, cursor in _cursors(found)}
    entries = [_entry(show_entry(row=row)) for row in found.rows]
    context = {"entries": entries, "given": plain, "links": links, "refusal": refusal}
    return show_settings(request, template="console/audit.html", context=context, status=422 if refusal else 200)


def _cursors(found: Page[Any]) -> list[tuple[str, str | None]]:
    return [("older", found.next), ("newer", found.previous)]


def _entry(entry: Entry) -> dict[str, Any]:
    """Answer an entry with what was before and after as text."""
    texts = {
        name: None if value is None else json.dumps(value, ensure_ascii=False, indent=1)
        for name, value in (("before", entry.before), ("after", entry.after))
    }
    return {"it": entry, **texts}
