"""The REST APIs as OpenAPI 3.1 documents, made of the routes and of what each view says of itself."""

import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

import msgspec
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from config.idempotency import HEADER
from config.intake import BUSY, TOO_LARGE
from config.rest import UNAVAILABLE
from conversations.access.answers import KeyReused, StillRunning
from conversations.access.authentication import BearerKey
from conversations.channels.portal.authentication import TicketLink
from conversations.channels.webchat.authentication import VisitorToken
from integrations.inbound.authentication import SignedInstall
from tenants.describing import Answer, Described, find_described
from tenants.members.authentication import MemberSession, OwnSession
from tenants.moving import CHAT, DETAIL, MOVED
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal, Suspended

METHODS: Final = ("get", "post", "put", "patch", "delete")
REF: Final = "#/components/schemas/{name}"
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
PYTHONS_END: Final = re.compile(r'\\\\Z"')  # in patterns; in JSON Schema's dialect `$` is the very end
INFO: Final = """Programs show an API key: `Authorization: Bearer sk_...`. Which scopes it needs stands with each
operation; without `personal:read` names, addresses and what was said are null, and without `notes:read` internal notes
are left out. Where no key is named, people do it themselves. Members' browsers use their session and show its CSRF
token as `X-CSRFToken` with every change. Visitors show `Authorization: Visitor <token>`.

Refusals are problem+json (RFC 9457) with a stable `code`; a field in `errors` has one, too: `missing`, `unknown`,
`invalid`, or one that says more. Unknown fields and parameters are refused. Lists answer `next` and `previous` as
addresses; a cursor is opaque, and good for the same list with the same filters in the same order. A POST with an
`Idempotency-Key` does nothing twice: the answer is kept for 24 hours, what was refused may be tried again, and secrets
are null when an answer is repeated. Where an operation does not name that header, it is not read: what is asked for
there is new each time. What a key may ask is limited per key and per company, in each server process: see the
`RateLimit-*` headers."""
PLATFORM_INFO: Final = """Signs companies up. What a company's people and programs ask is described on the company's own
host. Nobody needs to be signed in here.

Refusals are problem+json (RFC 9457) with a stable `code`. Unknown fields are refused. How often one network may ask is
limited: see `Retry-After`. A POST with an `Idempotency-Key` that comes from the same network again does nothing twice:
the answer is kept for 24 hours, and what was refused may be tried again."""
LIMITS: Final = {
    f"RateLimit-{name}": {"schema": {"type": "integer"}, "description": f"For API keys: {what}."}
    for name, what in (
        ("Limit", "how many requests a minute"),
        ("Remaining", "how many are left now"),
        ("Reset", "in how many seconds all are back"),
    )
}
SESSION: Final[dict[str, Any]] = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-session",
        "description": "A member. Without TLS, as `./dev up` serves, it is called `sessionid`.",
    }
}
SCHEMES: Final[dict[type, dict[str, Any]]] = {
    BearerKey: {"key": {"type": "http", "scheme": "bearer", "description": "An API key of this company."}},
    MemberSession: SESSION,
    OwnSession: SESSION,
    SignedInstall: {
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "Of Standard Webhooks, with webhook-id and webhook-timestamp, by an install's secret.",
        }
    },
    TicketLink: {
        "link": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Link <token>, of a ticket."}
    },
    VisitorToken: {
        "visitor": {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Visitor <token>."}
    },
}


RETRY: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "In how many seconds to try again."}}
HEADERS: Final[dict[int, dict[str, Any]]] = {
    MOVED: {"Location": {"schema": {"type": "string", "format": "uri"}, "description": "The same at its new address."}},
    429: RETRY,
    503: RETRY,
}


class FieldProblem(Answer, frozen=True):
    """One refused field."""

    field: str
    code: str
    detail: str


class Problem(Answer, frozen=True):
    """Why a request was refused; `errors` where fields are not right."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[FieldProblem] | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class Operation:
    """One method of one route of a host; `said` is None where the view says nothing, which a test refuses."""

    urlconf: str
    path: str
    method: str
    view: type[APIView]
    parameters: tuple[tuple[str, str], ...]
    said: Described | None

    @property
    def moves(self) -> bool:
        """Whether it is sent on where the company has another address now."""
        return self.urlconf != settings.ROOT_URLCONF and not self.path.startswith(CHAT)

    @property
    def serves_keys(self) -> bool:
        """Whether an API key may do it, with the scopes for it."""
        return BearerKey in self.view.authentication_classes and self.said is not None and self.said.scopes is not None

    @property
    def is_limited(self) -> bool:
        """Whether it is programs that ask, and how much they may is told with the answer."""
        return self.serves_keys or SignedInstall in self.view.authentication_classes

    @property
    def guarded(self) -> bool:
        """Whether somebody must be known."""
        return bool(self.view.permission_classes or self.view.authentication_classes)


def render_openapi() -> dict[str, Any]:
    """Answer the document of a tenant's host."""
    return render_host(urlconf=settings.YUNKE_TENANT_URLCONF)


def render_platform() -> dict[str, Any]:
    """Answer the document of the platform's own host."""
    return render_host(urlconf=settings.ROOT_URLCONF)


@lru_cache(maxsize=2)
def render_host(*, urlconf: str) -> dict[str, Any]:
    """Answer the document of a kind of host."""
    operations = [operation for operation in find_operations(urlconf=urlconf) if operation.said]
    structs = [shape for operation in operations for shape in _shapes(operation.said) if shape is not None]
    schemas, components = msgspec.json.schema_components([*structs, Problem], ref_template=REF)
    components = json.loads(PYTHONS_END.sub('$"', json.dumps(components)))
    known = dict(zip([*map(repr, structs), repr(Problem)], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, known, components)
    is_platform = urlconf == settings.ROOT_URLCONF
    schemes = {} if is_platform else {name: said for found in SCHEMES.values() for name, said in found.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yunke", "version": "1", "description": PLATFORM_INFO if is_platform else INFO},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": schemes},
    }


def find_operations(*, urlconf: str | None = None) -> Iterator[Operation]:
    """Yield every method of every route of the API of a kind of host, a tenant's unless one is named."""
    urlconf = urlconf or settings.YUNKE_TENANT_URLCONF
    for route, view in _routes(get_resolver(urlconf).url_patterns):
        shape: type[APIView] | None = getattr(view, "cls", None)
        if shape is None or not route.startswith("api/"):
            continue
        parameters = tuple(re.findall(r"<(\w+):(\w+)>", route))
        path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", route)
        for method in METHODS:
            if hasattr(shape, method):
                yield Operation(urlconf, path, method, shape, parameters, find_described(method=getattr(shape, method)))


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _shapes(said: Described | None) -> list[Any]:
    return [said.body, said.query, *said.answers.values()] if said else []


def _operation(operation: Operation, known: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    said = operation.said or Described(answers={})
    text = inspect.getdoc(getattr(operation.view, operation.method)) or ""
    document: dict[str, Any] = {
        "operationId": f"{operation.view.__name__}.{operation.method}",
        "tags": [operation.path.split("/")[3]],
        "summary": text.partition("\n")[0],
        "parameters": [*_parameters(operation), *_query(said, known, components), *_idempotency(operation, said)],
        "responses": {**_answers(operation, said, known), **_refusals(operation, said, known)},
        "security": _security(operation),
    }
    more = text.partition("\n")[2].strip()
    if more:
        document["description"] = more
    if said.body:
        content = {"schema": known[repr(said.body)], "example": dict(said.example)}
        document["requestBody"] = {"required": True, "content": {JSON: content}}
    elif said.takes != JSON:
        raw = {"schema": {"type": "string", "format": "binary"}}
        document["requestBody"] = {"required": True, "content": {said.takes: raw}}
    return document


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    kinds = {"uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer", "minimum": 0}}
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds.get(kind, {"type": "string"})}
        for kind, name in operation.parameters
    ]


def _query(said: Described, known: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if said.query is None:
        return []
    shape = components[known[repr(said.query)]["$ref"].rpartition("/")[2]]
    return [
        {"name": name, "in": "query", "required": name in shape.get("required", ()), "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _idempotency(operation: Operation, said: Described) -> list[dict[str, Any]]:
    if not _is_kept(operation, said):
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
    return [{"name": HEADER, "in": "header", "required": False, "schema": schema}]


def _is_kept(operation: Operation, said: Described) -> bool:
    return operation.method == "post" and said.kept


def _answers(operation: Operation, said: Described, known: dict[str, Any]) -> dict[str, Any]:
    headers = LIMITS if operation.is_limited else {}
    found = {}
    for status, shape in said.answers.items():
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase, "headers": headers}
        if shape is not None:
            answer["content"] = {said.media: {"schema": known[repr(shape)]}}
        elif said.media != JSON:
            answer["content"] = {said.media: {"schema": {"type": "string", "format": "binary"}}}
        found[str(status)] = answer
    return found


def _refusals(operation: Operation, said: Described, known: dict[str, Any]) -> dict[str, Any]:
    """Every status that is a refusal, with each code that it may have and what that means."""
    told: dict[int, list[str]] = {}
    for status, code, sentence in _told(operation, said):
        told.setdefault(status, []).append(f"`{code}`: {sentence}")
    content = {PROBLEM: {"schema": known[repr(Problem)]}}
    found: dict[str, Any] = {}
    for status, lines in sorted(told.items()):
        found[str(status)] = {"description": "\n".join(dict.fromkeys(lines)), "content": content}
        if status in HEADERS:
            found[str(status)]["headers"] = HEADERS[status]
    return found


def _told(operation: Operation, said: Described) -> Iterator[tuple[int, str, str]]:
    yield 400, "malformed", "This request cannot be read."
    yield 406, "not_acceptable", "Answers are JSON."
    yield from (_of(refusal) for refusal in said.refusals)
    if operation.guarded:
        yield 401, "not_signed_in", "Nobody is signed in, or the key or token does not open."
        yield _of(NotAllowed)
    if operation.method != "get" and not (said.while_closed and operation.guarded):
        yield _of(Suspended)
    if operation.parameters:
        yield _of(NotFound)
    yield _of(Invalid)
    if said.body:
        yield TOO_LARGE
    if said.body or operation.method != "get":
        yield 415, "unsupported_media_type", "Bodies are application/json."
    if _is_kept(operation, said):
        yield from (_of(KeyReused), _of(StillRunning))
    if {BearerKey, SignedInstall} & set(operation.view.authentication_classes):
        yield 429, "too_many_requests", "This key, or all keys of the company together, asked too often."
    if operation.moves:
        yield MOVED, "moved", f"{DETAIL}; see `Location`."
    yield from (UNAVAILABLE, BUSY)


def _of(refusal: type[Refusal]) -> tuple[int, str, str]:
    return refusal.status, refusal.code, refusal().detail


def _security(operation: Operation) -> list[dict[str, Any]]:
    shapes = [shape for shape in operation.view.authentication_classes if shape is not BearerKey]
    names: list[dict[str, Any]] = [{name: []} for shape in shapes for name in SCHEMES.get(shape, {})]
    if operation.serves_keys and operation.said is not None:
        names.insert(0, {"key": list(operation.said.scopes or ())})  # OpenAPI 3.1: the roles that are needed
    return names if operation.guarded else [{}]
