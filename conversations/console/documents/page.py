"""A section of the settings: its kinds of definitions listed, each of them shown with its form, and that form taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from conversations.console.documents.asking import Given, ask_all
from conversations.console.documents.fields import Body, Field, read_fields
from conversations.console.wording import say_wrong
from conversations.definitions import commands
from conversations.definitions.differences import get_changes
from conversations.definitions.kinds import get_kind
from conversations.definitions.queries import Document, find_document, get_documents
from conversations.threads.actors import as_who, of_member
from tenants.audit.noting import Who
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in

_DIGITS: Final = 10
Fold = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """How a kind is asked: what many and a new one are called, its fields, and the body of one that is new.

    `unfold` makes of a body what the form has, `fold` of that a body again. Of a kind with `keys` there is one for each
    of these (key and name), and none else.
    """

    many: str
    new: str
    fields: tuple[Field, ...]
    empty: Body
    unfold: Fold = dict
    fold: Fold = dict
    keys: Callable[[], list[tuple[str, str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A page of the settings: where it is, what it is called and about, its kinds, and words for what is wrong."""

    path: str
    title: str
    about: str
    words: Mapping[str, str]
    links: tuple[tuple[str, str], ...] = ()  # further pages of it: where, and what they are called
    kinds: Mapping[str, Asked] = field(default_factory=dict)


def serve(*, section: Section) -> Callable[..., HttpResponse]:
    """Answer the view of a section."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @signed_in
    def page(request: TenantRequest) -> HttpResponse:
        return _serve(request, section)

    return page


def _serve(request: TenantRequest, section: Section) -> HttpResponse:
    member = request.member
    if member is None or not member.may("definitions.manage"):
        raise NotAllowed
    said = request.POST if request.method == "POST" else request.GET
    kind, key = said.get("kind", ""), said.get("key", "").strip()
    if not kind and request.method != "POST":
        return _list(request, section)
    if kind not in section.kinds:
        raise Http404
    if request.method != "POST":
        return _show(request, section, kind, key, Given())
    try:
        _take(section, kind, key, request.POST, as_who(actor=of_member(member=member)))
    except NotFound:
        raise
    except Refusal as refusal:
        return _show(request, section, kind, key, Given(request.POST, refusal))
    done = urlencode({"kind": kind, "key": key, "done": request.POST.get("do", "")})
    return HttpResponseRedirect(f"{section.path}?{done}")


def _take(section: Section, kind: str, key: str, form: QueryDict, by: Who) -> None:
    now, do, asked = datetime.now(UTC), form.get("do", ""), section.kinds[kind]
    document = find_document(kind=kind, key=key)
    draft = None if document is None else document.draft
    revision, base = _number(form, "revision"), _number(form, "base")
    if do == "discard":
        commands.discard_draft(kind=kind, key=key, now=now, revision=revision, by=by)
    elif do == "retire":
        commands.retire(kind=kind, key=key, now=now, by=by)
    elif do in {"save", "publish"}:
        before = asked.unfold(_body(asked, document))
        body = asked.fold(read_fields(fields=asked.fields, form=form, body=before))
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


def _body(asked: Asked, document: Document | None) -> Body:
    """Answer what is being written, or else what is or was in force."""
    if document is not None and document.draft is not None and document.draft.body is not None:
        return dict(document.draft.body)
    return dict(document.newest.body) if document is not None and document.newest is not None else asked.empty


def _list(request: TenantRequest, section: Section) -> HttpResponse:
    groups = [
        {"kind": kind, "many": asked.many, "new": asked.new, "things": _things(section, kind, asked)}
        for kind, asked in section.kinds.items()
    ]
    context = {"section": section, "groups": groups, "pattern": _pattern()}
    return show_settings(request, template="console/documents.html", context=context)


def _pattern() -> str:
    """Answer what a short name looks like, as browsers check it; the kind itself may ask for more."""
    return r"[a-z0-9][a-z0-9_\-]*"


def _things(section: Section, kind: str, asked: Asked) -> list[dict[str, Any]]:
    found = {one.key: one for one in get_documents(kind=kind)}
    names: Sequence[tuple[str, str]] = [(key, "") for key in sorted(found)] if asked.keys is None else asked.keys()
    return [
        {
            "key": key,
            "name": name or _body(asked, found.get(key)).get("name") or key,
            "link": f"{section.path}?{urlencode({'kind': kind, 'key': key})}",
            "state": _state(found.get(key)),
        }
        for key, name in names
    ]


def _state(document: Document | None) -> str:
    if document is None:
        return "As usual"
    if document.draft is not None:
        return "Being changed" if document.newest is not None and not document.newest.is_retired else "Draft"
    return "Retired" if document.newest is not None and document.newest.is_retired else "In force"


def _show(request: TenantRequest, section: Section, kind: str, key: str, given: Given) -> HttpResponse:
    asked, document = section.kinds[kind], find_document(kind=kind, key=key)
    names = {} if asked.keys is None else dict(asked.keys())
    if asked.keys is not None and key not in names:
        raise Http404
    body = _body(asked, document)
    draft, newest = (None, None) if document is None else (document.draft, document.newest)
    in_force = newest is not None and not newest.is_retired
    before = newest.body if newest is not None and in_force else {}
    context = {
        "section": section,
        "kind": kind,
        "key": key,
        "title": names.get(key) or body.get("name") or key,
        "fields": ask_all(fields=asked.fields, body={**_usual(kind), **asked.unfold(body)}, given=given),
        "wrong": _say_wrong(given.refusal, section),
        "revision": 0 if draft is None else draft.revision,
        "draft": draft,
        "version": None if newest is None else newest.version,
        "in_force": in_force,
        "state": _state(document),
        "changes": [] if draft is None else get_changes(before=before, after=draft.body),
        "done": request.GET.get("done", "") if request.method != "POST" else "",
    }
    status = 200 if given.refusal is None else given.refusal.status
    return show_settings(request, template="console/document.html", context=context, status=status)


def _say_wrong(refusal: Refusal | None, section: Section) -> list[str]:
    if isinstance(refusal, commands.StillReferredTo):
        return [gettext(refusal.detail)]
    return say_wrong(refusal=refusal, words=section.words)


def _usual(kind: str) -> dict[str, Any]:
    """Answer what counts where a body says nothing."""
    found = {}
    for one in msgspec.structs.fields(get_kind(name=kind).body):
        if one.default is not msgspec.NODEFAULT and one.default is not msgspec.UNSET:
            found[one.name] = msgspec.to_builtins(one.default)
    return found
