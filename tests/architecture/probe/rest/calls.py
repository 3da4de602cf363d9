"""A call of the register as a request: path, query and body with our own ids in them, but for those chosen."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import get_resolver

from tenants.describing import Described, find_described
from tests.architecture.probe.classes import Bound, Entry, Id, Who
from tests.architecture.probe.mirror.company import JSON, PASSWORD, Company
from tests.architecture.probe.mirror.ids import NEVER
from tests.architecture.probe.register import ENTRIES
from tests.architecture.probe.walk.routes import patterns

FORM: Final = "application/x-www-form-urlencoded"
PLAIN: Final = {"kind": "canned_reply", "version": "1", "seq": "1"}
# What else a form or a body that says nothing of itself needs to be looked at.
MORE: Final[dict[str, dict[str, str]]] = {
    "tenant POST /sign-in": {"password": PASSWORD},
    "tenant POST /api/v1/me/password": {"old": "not the password"},  # or all sessions would be over
    "tenant POST /settings/inboxes": {"name": "Ours", "color": "#123456"},
    "tenant ANY /language": {"language": "en"},
}

# Of these ids a body names one: the one that is tried, or else the first.
ONE_OF: Final[dict[str, tuple[str, ...]]] = {
    "tenant POST /api/v1/conversations/{conversation}/transfer": ("agent", "team", "queue"),
}

# What would rename or close the company that asks, and with it end the probe, or would give its contact a name that
# does not say whose they are: asked with nothing in the body.
RESHAPING: Final = frozenset(
    {
        "tenant PATCH /api/v1/company",
        "tenant PATCH /api/v1/contacts/{contact}",
        "tenant POST /api/v1/company/deletion",
        "tenant POST /settings/company",
    }
)


@dataclass(frozen=True)
class Call:
    """One request but for who asks."""

    method: str
    path: str
    query: str
    body: str
    content_type: str

    def by(self, client: Client, **headers: str) -> Any:
        """Ask."""
        path = f"{self.path}?{self.query}" if self.query else self.path
        return client.generic(self.method, path, self.body, content_type=self.content_type, headers=headers)


def find_calls(*, host: str = "tenant") -> list[Entry]:
    """Answer the entries that are requests to this kind of host."""
    return [entry for entry in ENTRIES if entry.name.startswith(f"{host} ")]


def places(entry: Entry) -> Iterator[tuple[str, Id]]:
    """Answer every place of a call where somebody's id can stand, cursors aside."""
    yield from ((place, id_) for place, id_ in entry.ids.items() if id_ not in {Id.PLAIN, Id.CURSOR})


def make_call(entry: Entry, company: Company, chosen: Mapping[str, str] | None = None) -> Call:
    """Answer the call as `company` would make it, but with `chosen` in its places."""
    _, method, template = entry.name.split(" ")
    kept = {place: company.own[id_] for place, id_ in places(entry) if id_ is not Id.SLUG}
    given = kept | dict(chosen or {})
    path = re.sub(r"\{(\w+)\}", lambda m: given.get(m[1], PLAIN.get(m[1], "x")), template)
    query = {place[1:]: value for place, value in given.items() if place[0] == "?"}
    said = find_said(entry)
    body = {**_example(said), **MORE.get(entry.name, {})} if entry.name not in RESHAPING else {}
    body |= {place: value for place, value in given.items() if place[0] != "?" and f"{{{place}}}" not in template}
    tried = next((place for place in ONE_OF.get(entry.name, ()) if place in (chosen or {})), None)
    for place in ONE_OF.get(entry.name, ()):
        if place != (tried or ONE_OF[entry.name][0]):
            body.pop(place, None)
    method = "POST" if method == "ANY" else method
    if method in {"GET", "DELETE"} or not (body or "/api/" in path):
        return Call(method, path, urlencode(query), "", JSON)
    if "/api/" in path:
        return Call(method, path, urlencode(query), json.dumps(body) if body or (said and said.body) else "", JSON)
    return Call(method, path, urlencode(query), urlencode(body), FORM)


def never(entry: Entry) -> dict[str, str]:
    """Answer ids that never were for every place."""
    return {place: NEVER[id_]() for place, id_ in places(entry) if id_ is not Id.SLUG}


def find_said(entry: Entry) -> Described | None:
    """Answer what the view of a call says of it."""
    method = entry.name.split(" ")[1].lower()
    view = _views()[entry.name.replace(f" {method.upper()} ", " ")]
    shape = getattr(view, "cls", None)
    return find_described(method=getattr(shape, method)) if shape else None


@cache
def _views() -> dict[str, Any]:
    found = {}
    for host, urlconf in (("tenant", settings.YUNKE_TENANT_URLCONF), ("platform", settings.ROOT_URLCONF)):
        for route, view in patterns(get_resolver(urlconf).url_patterns):
            found[f"{host} /" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)] = view
    return found


def _example(said: Described | None) -> dict[str, Any]:
    return dict(said.example) if said else {}


def client_of(company: Company, entry: Entry, who: Who) -> Client:
    """Answer a client of the company's own: the owner's browser, a key with every scope, a visitor, nobody.

    What says who asks may end a session: then the browser is signed in anew.
    """
    if who is Who.MEMBER:
        return company.browser(fresh=entry.bound is Bound.CALLER)
    if who is Who.KEY:
        return company.program()
    if who is Who.INSTALL:
        return company.installed()
    if who is Who.VISITOR:
        ends = entry.name.startswith("tenant DELETE ")
        return company.anybody(**(company.shop.welcome() if ends else company.guests[0]).headers)
    return company.anybody()
