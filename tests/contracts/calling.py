"""One call of the API's documents, made by Django's test client and judged by the document."""

from typing import Any, Final

import requests
import schemathesis
from django.test import Client
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.openapi import render_openapi, render_platform

CHECKED: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def operations_of(document: dict[str, Any]) -> dict[str, Any]:
    """Answer the operations of a document by method and path."""
    return {
        f"{found.ok().method.upper()} {found.ok().path}": found.ok()
        for found in schemathesis.openapi.from_dict(document).get_all_operations()
        if isinstance(found, Ok)  # a test counts them
    }


OPERATIONS: Final = operations_of(render_openapi())
OF_PLATFORM: Final = operations_of(render_platform())


def call(client: Client, case: Any) -> Response:
    """Make the call; hold the answer to the document."""
    said = case.as_transport_kwargs(base_url="http://testserver")
    # Before it is dropped below: whoever looks for cookies would take what is made up for an address, and fail.
    said["headers"] = {name: value for name, value in (said["headers"] or {}).items() if name.lower() != "host"}
    prepared = requests.Request(**said).prepare()
    body = prepared.body or b""
    headers = {name: _text(value) for name, value in prepared.headers.items() if name.lower() not in SET_BY_CLIENT}
    told = client.generic(
        str(prepared.method),
        str(prepared.path_url),
        body.encode() if isinstance(body, str) else body,
        content_type=_text(prepared.headers.get("Content-Type", "application/json")),
        headers=headers,
    )
    answer = Response(
        status_code=told.status_code,
        headers={name.lower(): [value] for name, value in told.items()},
        content=told.getvalue(),
        request=prepared,
        elapsed=0.0,
        verify=True,
    )
    case.validate_response(answer, checks=CHECKED)
    return answer


# Who calls is the client's business, too.
SET_BY_CLIENT: Final = {"content-type", "content-length", "host", "user-agent", "connection", "cookie", "authorization"}


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
