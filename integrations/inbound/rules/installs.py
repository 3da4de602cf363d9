"""What an install may be. Pure: no I/O, no clock."""

from collections.abc import Callable, Sequence
from typing import Final

from tenants.refusals import Invalid, NotAllowed, Refusal

MOST_INSTALLS: Final = 50
# What each kind of call needs.
NEEDED: Final = {"message": "conversations.reply", "contact": "contacts.edit", "ticket": "tickets.handle"}


class TooManyInstalls(Refusal):
    """There are 50 installs already; remove one first."""

    code = "too_many_installs"
    status = 409


def check_scopes(*, scopes: Sequence[str], may: Callable[[str], bool]) -> list[str]:
    """Answer the scopes, sorted; raise Invalid for what there is not, NotAllowed for what its maker may not do."""
    if not set(NEEDED.values()).issuperset(scopes):
        detail = f"Some of {', '.join(sorted(NEEDED.values()))}."
        raise Invalid(errors=[{"field": "scopes", "code": "invalid", "detail": detail}])
    if not all(may(scope) for scope in scopes):
        raise NotAllowed(detail="An install cannot be given what you may not do yourself.")
    return sorted(set(scopes))
