"""Dry runs of rules as pages: started, looked at while they go on, each case with what was seen; what went wrong."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods

from conversations.automation import dry_running, queries
from conversations.automation.answers import CaseShown, show_case, show_run, show_trouble
from conversations.automation.dry_running import MOST_DAYS
from conversations.automation.rule.body import KIND, Rule
from conversations.automation.rule.fields import ATTRIBUTE, FIELD
from conversations.console.automation.sections import SECTION
from conversations.console.automation.words import ACTIONS, FIELDS, OPERATORS
from conversations.console.wording import say_wrong
from conversations.definitions.queries import get_documents
from conversations.threads.actors import of_member
from conversations.threads.rules import sees_personal
from tenants.members.member import Member
from tenants.middleware import TenantRequest
from tenants.paging import PageQuery, Window, open_window
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/settings/rules/runs"
NEEDED: Final = ("definitions.manage", "conversations.view", "tickets.view")  # what was said is seen in the cases
LAST: Final = 20
_CODES: Final = {"cut": gettext_noop("It was cut short."), "refused": gettext_noop("It was refused.")}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def runs(request: TenantRequest) -> HttpResponse:
    """List the runs of the last week and what went wrong with rules; start a run."""
    member, refusal = _check(request), None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(f"{PATH}/{_start(request, member)}")
        except Refusal as refused:
            refusal = refused
    names = {one.key: _name(one) for one in get_documents(kind=KIND)}
    window = Window("", LAST)
    context = {
        "section": SECTION,
        "rules": sorted(names.items()),
        "asked": request.GET.get("key", ""),
        "most": MOST_DAYS,
        "runs": [{**_as_dict(show_run(row=row)), "name": names.get(row.rule, row.rule)} for row in _rows(window)],
        "trouble": [_trouble(row, names) for row in queries.get_trouble(window=window).rows],
        "wrong": say_wrong(refusal=refusal, words={}),
    }
    status = 200 if refusal is None else refusal.status
    return show_settings(request, template="console/automation/runs.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def one(request: TenantRequest, run: UUID) -> HttpResponse:
    """Show a run with its cases, page by page; let it go on no more."""
    member = _check(request)
    row = queries.get_run(run=run)
    if request.method == "POST":
        dry_running.cancel(run=run, now=datetime.now(UTC))
        return HttpResponseRedirect(request.path)
    page = queries.get_cases(run=run, window=_window(request, run))
    subject = msgspec.convert(row.body, Rule).subject
    personal = sees_personal(actor=of_member(member=member))
    shown = _as_dict(show_run(row=row))
    context = {
        "section": SECTION,
        "run": shown,
        "percent": round(shown["progress"] * 100),
        "cases": [_case(show_case(case=each, subject=subject, personal=personal)) for each in page.rows],
        "next": page.next,
        "previous": page.previous,
    }
    return show_settings(request, template="console/automation/run.html", context=context)


def _check(request: TenantRequest) -> Member:
    if request.member is None or not all(map(request.member.may, NEEDED)):
        raise NotAllowed
    return request.member


def _start(request: TenantRequest, member: Member) -> UUID:
    days, said = request.POST.get("days", ""), request.POST
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:9]) <= MOST_DAYS):
        raise Invalid(detail=f"From 1 to {MOST_DAYS} days.")
    by, draft = member.person_id, said.get("of") == "draft"
    try:
        return dry_running.start(rule=said.get("key", ""), draft=draft, days=int(days), by=by, now=datetime.now(UTC))
    except NotFound:
        raise Invalid(detail="Of this rule there is nothing of the kind to be tried.") from None


def _rows(window: Window) -> list[Any]:
    return queries.get_runs(window=window).rows


def _name(document: Any) -> str:
    body = document.draft.body if document.newest is None else document.newest.body
    return str((body or {}).get("name", document.key))


def _window(request: TenantRequest, run: UUID) -> Window:
    cursor, name = request.GET.get("cursor", ""), f"dry run page {run}"
    try:
        return open_window(query=PageQuery(limit=LAST, cursor=cursor) if cursor else PageQuery(limit=LAST), name=name)
    except Invalid:  # a place in another list
        return open_window(query=PageQuery(limit=LAST), name=name)


def _as_dict(shown: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(shown)


def _case(case: CaseShown) -> dict[str, Any]:
    return {
        **_as_dict(case),
        "questions": [
            {
                "words": _say_field(each.field),
                "op": gettext(OPERATORS[each.op]),
                "value": _say(each.value),
                "saw": _say(each.saw),
                "holds": each.holds,
                "today": each.as_of == "today",
            }
            for each in case.conditions
        ],
        "done": [
            {
                "words": gettext(ACTIONS[str(each.action["do"])]),
                "more": _say_action(each.action),
                "so": each.would_change,
            }
            for each in case.actions
        ],
    }


def _say_field(field: str) -> str:
    for prefix in (ATTRIBUTE, FIELD):
        if field.startswith(prefix):
            return f"{gettext(FIELDS[prefix])}: {field.removeprefix(prefix)}"
    return gettext(FIELDS.get(field, field))


def _say_action(action: dict[str, Any]) -> str:
    return " · ".join(_say(value) for name, value in action.items() if name != "do" and value)


def _say(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    return ", ".join(map(_say, value)) if isinstance(value, list | tuple) else str(value)[:300]


def _trouble(row: Any, names: dict[str, str]) -> dict[str, Any]:
    shown = _as_dict(show_trouble(row=row))
    why = shown["why"] or shown["code"] or ""
    return {
        **shown,
        "name": names.get(shown["rule"], shown["rule"]),
        "words": gettext(_CODES[shown["what"]]),
        "why": why,
    }
