"""The document of the API of the host that is asked: as JSON for programs, as a page for people. Both are public."""

import json
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.openapi import render_host

SHOWN: Final = {"key": "Bearer $KEY", "visitor": "Visitor $TOKEN"}


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """Answer the document."""
    return JsonResponse(_document(request))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the document: every operation with an example, every shape."""
    document = _document(request)
    operations = [
        _operation(path, method, said)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]
    shapes = {name: _pretty(schema) for name, schema in sorted(document["components"]["schemas"].items())}
    context = {"info": document["info"], "operations": operations, "shapes": shapes, "host": request.get_host()}
    return render(request, "config/docs.html", context)


def _document(request: HttpRequest) -> dict[str, Any]:
    return render_host(urlconf=getattr(request, "urlconf", settings.ROOT_URLCONF))


def _operation(path: str, method: str, said: dict[str, Any]) -> dict[str, Any]:
    body = said.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "id": said["operationId"],
        "path": path,
        "method": method.upper(),
        "summary": said["summary"],
        "description": said.get("description", ""),
        "show": _show(said["security"], method),
        "scopes": next((scheme["key"] for scheme in said["security"] if "key" in scheme), None),
        "parameters": [{**p, "shape": _pretty(p["schema"])} for p in said["parameters"]],
        "bodies": [_name(schema) for schema in body["schema"].get("anyOf", [body["schema"]])] if body else [],
        "example": json.dumps(body["example"], ensure_ascii=False) if body else "",
        "responses": [
            {"status": status, "lines": answer["description"].split("\n"), "shape": _answered(answer)}
            for status, answer in said["responses"].items()
        ],
    }


def _show(security: list[dict[str, Any]], method: str) -> list[str]:
    """Answer what a call shows, as curl says it: a key where one is served, else a cookie, a visitor, a signature."""
    names = [name for scheme in security for name in scheme]
    if "session" in names and "key" not in names:
        forgery = [] if method == "get" else ['-H "X-CSRFToken: $TOKEN"']
        return ['-b "$COOKIES"', *forgery]
    if "signature" in names:
        return [f'-H "webhook-{name}: ${name.upper()}"' for name in ("id", "timestamp", "signature")]
    return [f'-H "Authorization: {SHOWN[name]}"' for name in names[:1]]


def _answered(answer: dict[str, Any]) -> str:
    return next((_name(found.get("schema", {})) for found in answer.get("content", {}).values()), "")


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _pretty(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1)
