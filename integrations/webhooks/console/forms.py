"""What the forms of webhooks say, read. What is not right is refused as the API refuses it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict

from integrations.webhooks.rules.filtering import Filters, Value
from tenants.refusals import Invalid

LONGEST: Final = 200
_DIGITS: Final = 15


def read_terms(*, form: QueryDict) -> dict[str, Any]:
    """Answer url, description, kinds, scopes and filters; raise Invalid."""
    return {
        "url": form.get("url", "").strip()[:2000],
        "description": form.get("description", "").strip()[:LONGEST],
        "kinds": form.getlist("kind")[:LONGEST],
        "scopes": form.getlist("scope")[:LONGEST],
        "filters": Filters(inboxes=form.getlist("inbox")[:LONGEST], fields=_read_fields(form)),
    }


def write_fields(*, fields: Mapping[str, Sequence[Value]]) -> str:
    """Answer the fields that are filtered by as the form has them: a field a line, its values parted by commas."""
    return "\n".join(f"{name}: {', '.join(map(_write, values))}" for name, values in fields.items())


def _read_fields(form: QueryDict) -> dict[str, list[Value]]:
    fields: dict[str, list[Value]] = {}
    for line in form.get("fields", "").splitlines():
        name, _, values = line.partition(":")
        if line.strip():
            fields[name.strip()] = [_read(value.strip()) for value in values.split(",") if value.strip()]
    return fields


def _read(text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else text


def _write(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_headers(*, form: QueryDict) -> dict[str, str]:
    """Answer the headers, one a line; raise Invalid."""
    headers: dict[str, str] = {}
    for line in form.get("headers", "").splitlines():
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or name in headers:
            raise Invalid(errors=[{"field": "headers", "code": "invalid", "detail": "A name, a colon and a value."}])
        headers[name] = value
    return headers


def read_range(*, form: QueryDict) -> dict[str, Any]:
    """Answer the positions, as the page names them: the first and the last one; raise Invalid."""
    texts = [form.get(name, "").strip() for name in ("first", "last")]
    if not all(text.isascii() and text.isdigit() and len(text) <= _DIGITS for text in texts):
        raise Invalid(errors=[{"field": "after", "code": "invalid", "detail": "A position."}])
    first, last = map(int, texts)
    return {"after": max(first - 1, 0), "until": last}
