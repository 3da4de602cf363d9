"""Pages of a list: where the next one goes on, signed and bound to the tenant, and how many rows it holds."""

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.core import signing
from rest_framework.request import Request

from tenants.context import current_tenant
from tenants.refusals import Invalid

LIMIT: Final = 50
MOST: Final = 200
_NUMBER: Final = re.compile(r"[0-9]{1,9}\Z")


def read_limit(*, request: Request) -> int:
    """Answer how many rows are asked for; raise Invalid."""
    text = request.query_params.get("limit", str(LIMIT))
    if not _NUMBER.match(text) or not 1 <= int(text) <= MOST:
        raise _wrong("limit", f"A number from 1 to {MOST}.")
    return int(text)


def read_cursor(*, request: Request, listed: str) -> list[Any] | None:
    """Answer what `next_page` was given, None for the first page; another tenant's or list's is no cursor."""
    text = request.query_params.get("cursor")
    if text is None:
        return None
    try:
        tenant, after = signing.loads(text, salt=_salt(listed))
    except signing.BadSignature:
        tenant, after = None, []
    if tenant != str(current_tenant().id):
        raise _wrong("cursor", "This cursor is not valid here.")
    return list(after)


def next_page(*, request: Request, listed: str, after: Sequence[Any]) -> str:
    """Answer the address of the page that goes on after the row with these (plain JSON) values."""
    cursor = signing.dumps([str(current_tenant().id), list(after)], salt=_salt(listed))
    params = [(name, value) for name, values in request.query_params.lists() for value in values if name != "cursor"]
    return f"{request.build_absolute_uri(request.path)}?{urlencode([*params, ('cursor', cursor)])}"


def _salt(listed: str) -> str:
    return f"yunke.{listed}.cursor"


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])
