"""What the pages of tickets call things, to be translated where they are shown; and who is who. No markup."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language, gettext_noop

from tenants.members.queries import get_colleagues

CATEGORIES: Final[Mapping[str, str]] = {
    "new": gettext_noop("New"),
    "open": gettext_noop("In hand"),
    "pending": gettext_noop("Waits for the customer"),
    "on_hold": gettext_noop("On hold"),
    "solved": gettext_noop("Solved"),
    "closed": gettext_noop("Closed"),
}
PRIORITIES: Final = {
    "urgent": gettext_noop("Urgent"),
    "high": gettext_noop("High"),
    "normal": gettext_noop("Normal"),
    "low": gettext_noop("Low"),
    "none": gettext_noop("No priority"),
}
PROMISES: Final = {
    "first_reply": gettext_noop("First reply"),
    "next_reply": gettext_noop("Next reply"),
    "update": gettext_noop("Word of how it stands"),
    "resolution": gettext_noop("Solution"),
}
HOW: Final = {
    "relates_to": gettext_noop("has to do with"),
    "duplicates": gettext_noop("is the same as"),
    "duplicated_by": gettext_noop("is told again in"),
    "blocks": gettext_noop("must come before"),
    "blocked_by": gettext_noop("must wait for"),
}
UNITS: Final = {
    "minute": gettext_noop("minutes"),
    "hour": gettext_noop("hours"),
    "day": gettext_noop("days"),
    "piece": gettext_noop("pieces"),
}


def language() -> str:
    """Answer the reader's language as definitions call it."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def name_in(*, body: Any) -> str:
    """Answer what something that companies define is called in the reader's language."""
    return str(body.names.get(language(), body.name))


def pairs(*, of: Mapping[str, str]) -> list[tuple[str, str]]:
    """Answer options of a choice."""
    return list(of.items())


def get_names() -> dict[UUID, str]:
    """Answer the names of everybody who is a member now."""
    return {one.person_id: one.name for one in get_colleagues()}


def names_of(*, people: Iterable[UUID], names: Mapping[UUID, str]) -> list[tuple[UUID, str]]:
    """Answer who these are; whoever left has no name any more."""
    return [(one, names.get(one, "—")) for one in people]
