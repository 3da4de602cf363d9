"""The page of teams, queues and agents: a plain form each, which works without JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from conversations.console.routing.fields import EMPTY, FIELDS, Field, find, read_form, show
from conversations.console.wording import ROUTING, say_wrong
from conversations.definitions import commands
from conversations.definitions.differences import get_changes
from conversations.definitions.kinds import get_kind
from conversations.definitions.queries import Document, find_document, get_documents, get_in_force
from conversations.threads.actors import as_who, of_member
from tenants.audit.noting import Who
from tenants.members.queries import Colleague, get_colleagues
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

PAGE: Final = "/settings/routing"
_DIGITS: Final = 10
ANSWERS: Final = "conversations.reply"
KINDS: Final = {
    "team": {"many": "Teams", "new": "A new team"},
    "queue": {"many": "Queues", "new": "A new queue"},
    "agent": {"many": "Agents", "new": ""},
}


@dataclass(frozen=True, slots=True)
class Given:
    """A form that was refused, and why."""

    form: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """List everything, or show one with its form; take one form."""
    member = request.member
    if member is None or not member.may("definitions.manage"):
        raise NotAllowed
    said = request.POST if request.method == "POST" else request.GET
    kind, key = said.get("kind", ""), said.get("key", "").strip()
    if not kind and request.method != "POST":
        return _list(request)
    if kind not in FIELDS:
        raise Http404
    if request.method != "POST":
        return _show(request, kind, key, Given())
    try:
        _take(kind, key, request.POST, as_who(actor=of_member(member=member)))
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, kind, key, Given(request.POST, refusal))
    return HttpResponseRedirect(f"{PAGE}?{urlencode({'kind': kind, 'key': key, 'done': request.POST.get('do', '')})}")


def _take(kind: str, key: str, form: QueryDict, by: Who) -> None:
    now, do = datetime.now(UTC), form.get("do", "")
    document = find_document(kind=kind, key=key)
    draft = None if document is None else document.draft
    revision, base = _number(form, "revision"), _number(form, "base")
    if do == "discard":
        commands.discard_draft(kind=kind, key=key, now=now, revision=revision, by=by)
    elif do == "retire":
        commands.retire(kind=kind, key=key, now=now, by=by)
    elif do in {"save", "publish"}:
        body = read_form(kind=kind, form=form, body=_body(kind, document))
        with transaction.atomic():  # what cannot be published is not kept either: it is in the form
            saved = commands.save_draft(
                kind=kind, key=key, body=body, revision=revision, now=now, base=None if draft else base, by=by
            )
            if do == "publish":
                commands.publish_draft(kind=kind, key=key, revision=saved.revision, now=now, by=by)
    else:
        raise NotFound


def _number(form: QueryDict, name: str) -> int:
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0


def _body(kind: str, document: Document | None) -> Mapping[str, Any]:
    """Answer what is being written, or else what is or was in force."""
    if document is not None and document.draft is not None and document.draft.body is not None:
        return dict(document.draft.body)
    return dict(document.newest.body) if document is not None and document.newest is not None else EMPTY[kind]


def _list(request: TenantRequest) -> HttpResponse:
    people = [one for one in get_colleagues() if ANSWERS in one.permissions]
    groups = []
    for kind, words in KINDS.items():
        found = {one.key: one for one in get_documents(kind=kind)}
        keys = [str(one.person_id) for one in people] if kind == "agent" else sorted(found)
        names = {str(one.person_id): one.name for one in people}
        things = [
            {
                "key": key,
                "name": names.get(key) or _body(kind, found.get(key)).get("name") or key,
                "link": f"{PAGE}?{urlencode({'kind': kind, 'key': key})}",
                "state": _state(found.get(key)),
            }
            for key in keys
        ]
        groups.append({"kind": kind, **words, "things": things})
    return show_settings(request, template="console/routing.html", context={"groups": groups})


def _state(document: Document | None) -> str:
    if document is None:
        return "As usual"
    if document.draft is not None:
        return "Being changed" if document.newest is not None and not document.newest.is_retired else "Draft"
    return "Retired" if document.newest is not None and document.newest.is_retired else "In force"


def _show(request: TenantRequest, kind: str, key: str, given: Given) -> HttpResponse:
    people, document = get_colleagues(), find_document(kind=kind, key=key)
    if kind == "agent" and key not in {str(one.person_id) for one in people}:
        raise Http404
    body = _body(kind, document)
    draft, newest = (None, None) if document is None else (document.draft, document.newest)
    in_force = newest is not None and not newest.is_retired
    before = newest.body if newest is not None and in_force else {}
    names = {str(one.person_id): one.name for one in people}
    context = {
        "kind": kind,
        "key": key,
        "title": names.get(key) or body.get("name") or key,
        "fields": [_field(kind, each, body, people, given) for each in FIELDS[kind]],
        "wrong": _say_wrong(given.refusal),
        "revision": 0 if draft is None else draft.revision,
        "draft": draft,
        "version": None if newest is None else newest.version,
        "in_force": in_force,
        "state": _state(document),
        "changes": [] if draft is None else get_changes(before=before, after=draft.body),
        "done": request.GET.get("done", "") if request.method != "POST" else "",
    }
    status = 200 if given.refusal is None else given.refusal.status
    return show_settings(request, template="console/routing_one.html", context=context, status=status)


def _say_wrong(refusal: Refusal | None) -> list[str]:
    if isinstance(refusal, commands.StillReferredTo):
        return [gettext(refusal.detail)]
    return say_wrong(refusal=refusal, words=ROUTING)


def _field(kind: str, each: Field, body: Mapping[str, Any], people: list[Colleague], given: Given) -> dict[str, Any]:
    value = find(body={**_usual(kind), **body}, path=each.path)
    is_roles = each.shape == "roles"
    options = _roles(value or [], people, given, each.path) if is_roles else _options(each, value, people)
    shown = show(shape=each.shape, value=value)
    if given.form and each.shape in {"text", "number", "levels", "relaxations", "words"}:
        shown = given.form.get(each.path, "")
    return {
        "path": each.path,
        "id": each.path.replace(".", "-"),
        "words": each.words,
        "hint": each.hint,
        "shape": each.shape,
        "value": "" if shown is None else shown,
        "optional": isinstance(each.options, str),
        "options": options,
    }


def _roles(value: list[Any], people: list[Colleague], given: Given, path: str) -> list[dict[str, Any]]:
    roles = {str(row["member"]): row.get("role", "agent") for row in value}
    return [
        {
            "value": str(one.person_id),
            "words": one.name,
            "role": given.form.get(f"{path}.{one.person_id}", "") if given.form else roles.get(str(one.person_id), ""),
        }
        for one in people
        if ANSWERS in one.permissions or str(one.person_id) in roles
    ]


def _options(each: Field, value: Any, people: list[Colleague]) -> list[dict[str, Any]]:
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
    if each.options == "members":
        pairs = [(str(one.person_id), one.name) for one in people if ANSWERS in one.permissions]
    elif isinstance(each.options, str):
        rows = get_in_force(kinds=[each.options]) if each.options else []
        pairs = [(row.key, str(row.body.get("name", row.key))) for row in rows]
    else:
        pairs = list(each.options)
    return [{"value": key, "words": words, "on": key in chosen} for key, words in pairs]


def _usual(kind: str) -> dict[str, Any]:
    """Answer what counts where a body says nothing."""
    found = {}
    for one in msgspec.structs.fields(get_kind(name=kind).body):
        if one.default is not msgspec.NODEFAULT and one.default is not msgspec.UNSET:
            found[one.name] = one.default
    return found
