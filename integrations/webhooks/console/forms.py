"""What the forms of webhooks say, read. What is not right is refused as the API refuses it."""

from typing import Any, Final

from django.http import QueryDict

from tenants.refusals import Invalid

LONGEST: Final = 200
_DIGITS: Final = 15


def read_terms(*, form: QueryDict) -> dict[str, Any]:
    """Answer url, description, kinds and scopes."""
    return {
        "url": form.get("url", "").strip()[:2000],
        "description": form.get("description", "").strip()[:LONGEST],
        "kinds": form.getlist("kind")[:LONGEST],
        "scopes": form.getlist("scope")[:LONGEST],
    }


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
