"""Numbers that people say: one series a prefix, without a gap.

A number is given in the transaction that opens its ticket, under the company's head: the next one waits until that is
committed, and gets the same number if it never is.
"""

import re
from typing import Final

from django.db.models import Max
from msgspec import UnsetType

from conversations.engine import timers
from conversations.tickets.kind.body import TicketType
from conversations.tickets.models import TicketRow
from tenants.context import current_tenant

LONGEST: Final = 10
NAMELESS: Final = "T"


def take_number(*, prefix: str) -> int:
    """Answer the next number of a series. The caller holds every stream that it needs, and appends after this."""
    timers.hold()
    last: int | None = TicketRow.objects.filter(prefix=prefix).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def prefix_of(*, body: TicketType) -> str:
    """Answer the prefix of a type's numbers: its own, or the company's."""
    return company_prefix(slug=current_tenant().slug) if isinstance(body.prefix, UnsetType) else body.prefix


def company_prefix(*, slug: str) -> str:
    """Answer the prefix that a company's address makes: letters and digits, beginning with a letter."""
    return re.sub(r"[^A-Z0-9]|^[^A-Z]+", "", slug.upper())[:LONGEST] or NAMELESS
