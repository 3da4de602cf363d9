"""What a domain of e-mail addresses looks like. Pure."""

import re
from typing import Final

from tenants.refusals import Invalid

_LABEL: Final = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_DOMAIN: Final = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}\Z")
_LONGEST: Final = 253 - len("_yunke.")


def domain_in(*, text: str) -> str:
    """Answer a domain in the form in which the DNS knows it; raise Invalid."""
    try:
        name = text.strip().rstrip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    if not _DOMAIN.match(name) or len(name) > _LONGEST:
        detail = "Enter a domain such as example.com."
        raise Invalid(errors=[{"field": "domain", "code": "shape", "detail": detail}])
    return name
