"""How many anonymous visitors one network may bring into one inbox: each is a contact that stays.

Counted in the table that all processes share: what is limited here is what stays in the database. Behind one proxy
many people share an address, so the limit is wide.
"""

from functools import lru_cache

from django.conf import settings

from tenants.context import current_tenant
from tenants.origin import current_origin
from tenants.refusals import Refusal
from tenants.tries import TooManyTries, Tries, network


class TooManyVisitors(Refusal):
    """Too many new visitors from this address; wait, then try again."""

    code = "too_many_visitors"
    status = 429

    def __init__(self, *, wait: float = 1.0) -> None:
        """Say for how many seconds nobody new is let in: it becomes `Retry-After`."""
        super().__init__()
        self.wait = wait


def count_newcomer(*, inbox: str) -> None:
    """Count somebody new; raise TooManyVisitors, and then count nothing. Who comes from nowhere is one of us.

    Outside transactions, as `tenants.tries` wants it.
    """
    origin = network(address=current_origin().address)
    if not origin:
        return
    try:
        _newcomers(settings.YUNKE_NEW_VISITORS_A_MINUTE).spend(key=f"{current_tenant().schema} {inbox} {origin}")
    except TooManyTries as refusal:
        raise TooManyVisitors(wait=refusal.wait) from refusal


@lru_cache(maxsize=1)
def _newcomers(limit: int) -> Tries:
    """A setting may change in tests only."""
    return Tries(name="webchat newcomers", limit=limit)
