"""How errors look: RFC 9457 problem+json for the API, one plain page for people. Refusals carry code and status."""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog
from django.core.exceptions import BadRequest
from django.core.exceptions import PermissionDenied as DjangoDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from rest_framework import exceptions as drf
from rest_framework.response import Response

from tenants.refusals import FieldError, Invalid, NotAllowed, NotFound, Refusal

log = structlog.get_logger(__name__)

CODES: dict[type[Exception], tuple[int, str]] = {
    Http404: (404, "not_found"),
    drf.NotFound: (404, "not_found"),
    drf.NotAuthenticated: (401, "not_signed_in"),
    drf.AuthenticationFailed: (401, "not_signed_in"),
    drf.PermissionDenied: (403, "not_allowed"),
    DjangoDenied: (403, "not_allowed"),
    drf.ParseError: (400, "malformed"),
    drf.MethodNotAllowed: (405, "method_not_allowed"),
    drf.NotAcceptable: (406, "not_acceptable"),
    drf.UnsupportedMediaType: (415, "unsupported_media_type"),
    drf.Throttled: (429, "too_many_requests"),
}
UNAVAILABLE: Final = (503, "unavailable", "This could not be done just now; try again.")
TITLES = {400: "Bad request", 401: "Not signed in", 403: "Not allowed", 404: "Not found", 409: "Conflict"}


def _body(*, status: int, code: str, detail: str, errors: list[FieldError] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Refused" if status < 500 else "Error"),  # HTTP's own border
        "status": status,
        "code": code,
        "detail": detail,
    }
    return {**body, "errors": errors} if errors else body


def _field_errors(detail: Any, field: str = "") -> list[FieldError]:
    """Flatten DRF's nested details to one list with dotted names."""
    if isinstance(detail, Mapping):
        return [e for key, value in detail.items() for e in _field_errors(value, f"{field}.{key}".strip("."))]
    if isinstance(detail, list):
        return [e for value in detail for e in _field_errors(value, field)]
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "detail": str(detail)}]


def _describe(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, Refusal):
        body = _body(status=error.status, code=error.code, detail=str(error.detail), errors=error.errors)
        return {**body, **error.more}
    if isinstance(error, drf.ValidationError):
        refusal = Invalid(errors=_field_errors(error.detail))
        return _describe(refusal)
    for kind in type(error).__mro__:
        if kind in CODES:
            status, code = CODES[kind]
            return _body(status=status, code=code, detail=_detail(error))
    return None


def _detail(error: Exception) -> str:
    # Every 404 reads the same, whoever raised it: what is another tenant's never existed.
    if isinstance(error, Http404 | drf.NotFound):
        return NotFound().detail
    return str(error.detail) if isinstance(error, drf.APIException) else NotAllowed().detail


def _headers(error: Exception, status: int) -> dict[str, str]:
    wait = getattr(error, "wait", None)
    headers = {} if wait is None else {"Retry-After": str(int(wait) + 1)}
    if status == 401:  # HTTP wants this header with it
        headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or "Session"
    return headers


def problem(error: Exception, _context: dict[str, Any]) -> Response | None:
    """Answer a refusal as problem+json (DRF's EXCEPTION_HANDLER); anything else is a bug and a 500."""
    body = _describe(error)
    if body is None:
        return None
    headers = _headers(error, body["status"])
    return Response(body, status=body["status"], headers=headers, content_type="application/problem+json")


def answer_refusal(*, request: HttpRequest, error: Refusal) -> HttpResponse:
    """Answer a refusal that is raised outside of any view."""
    answer = refuse(request=request, body=_describe(error) or {})
    for name, value in _headers(error, error.status).items():
        answer.headers[name] = value
    return answer


def refuse(*, request: HttpRequest, body: dict[str, Any]) -> HttpResponse:
    """Answer a refusal outside DRF: a problem for the API, a page for people."""
    if request.path.startswith("/api/"):
        return JsonResponse(body, status=body["status"], content_type="application/problem+json")
    return render(request, "tenants/refused.html", {"problem": body}, status=body["status"])


class Refusals:
    """Middleware that answers refusals raised by plain Django views, and bodies in other alphabets than UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is in UTF-8: among the names of charsets are some that Python cannot read text with."""
        if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            raise BadRequest("Only UTF-8 is read here.")
        if "CONTENT_LENGTH" not in request.META and request.method in {"POST", "PUT", "PATCH"}:
            request.META["CONTENT_LENGTH"] = str(len(request.body))  # or DRF takes a chunked body for none at all
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal; leave anything else to Django."""
        if isinstance(error, Refusal) and error.leads_to and not request.path.startswith("/api/"):
            return HttpResponseRedirect(error.leads_to)
        body = _describe(error) if isinstance(error, Refusal) else None
        return refuse(request=request, body=body) if body else None


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 # Django's shape
    """handler400. Django's own looks for a CSRF token in the very body that could not be read."""
    return refuse(request=request, body=_body(status=400, code="malformed", detail="This request cannot be read."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 # Django's shape
    """handler404."""
    return refuse(request=request, body=_body(status=404, code="not_found", detail=NotFound().detail))


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 # Django's shape
    """handler403."""
    return refuse(request=request, body=_body(status=403, code="not_allowed", detail=NotAllowed().detail))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    log.info("csrf_failure", reason=reason)
    return not_allowed(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: says nothing of what went wrong; the log does. A database that is away or busy is a 503."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        status, code, detail = UNAVAILABLE
        body = _body(status=status, code=code, detail=detail)
        answer = refuse(request=request, body=body)
        answer.headers["Retry-After"] = "2"
        return answer
    return refuse(request=request, body=_body(status=500, code="error", detail="Something went wrong on our side."))
