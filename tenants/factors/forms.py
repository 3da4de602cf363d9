"""Reading a second factor out of a page's form."""

import json
from collections.abc import Mapping
from typing import Any, Final

from tenants.factors.accepting import Shown

MOST_BYTES: Final = 16_384
LONGEST_CODE: Final = 40


def shown_in(form: Mapping[str, str]) -> Shown:
    """Answer the second factor that a form holds."""
    if form.get("webauthn"):
        return Shown(webauthn=object_in(form["webauthn"]))
    if form.get("recovery_code"):
        return Shown(recovery_code=form["recovery_code"][:LONGEST_CODE])
    return Shown(code=form.get("code", "")[:LONGEST_CODE])


def object_in(text: str) -> dict[str, Any]:
    """Answer the JSON object that a script wrote into a field, {} for anything else."""
    try:
        found = json.loads(text[:MOST_BYTES])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
