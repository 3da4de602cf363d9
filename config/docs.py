"""The document of the API of the host that is asked: as JSON for programs, as a page for people. Both are public."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.openapi import render_host


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
        "parameters": [{**p, "shape": _pretty(p["schema"])} for p in said["parameters"]],
        "body": _name(body["schema"]) if body else "",
        "example": json.dumps(body["example"], ensure_ascii=False) if body else "",
        "responses": [
            {"status": status, "lines": answer["description"].split("\n"), "shape": _answered(answer)}
            for status, answer in said["responses"].items()
        ],
    }


def _answered(answer: dict[str, Any]) -> str:
    return next((_name(found.get("schema", {})) for found in answer.get("content", {}).values()), "")


def _name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _pretty(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=1)
