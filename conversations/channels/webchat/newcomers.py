"""How many anonymous visitors one address may bring into one inbox: each is a contact that stays.

Counted in each process by itself. Behind one proxy many people share an address, so the limit is wide.
"""

import time
from typing import Final

from django.conf import settings

from conversations.access.buckets import Buckets
from tenants.context import current_tenant
from tenants.origin import current_origin
from tenants.refusals import Refusal

_buckets: Final = Buckets()


class TooManyVisitors(Refusal):
    """Too many new visitors from this address; wait, then try again."""

    code = "too_many_visitors"
    status = 429

    def __init__(self, *, wait_s: int = 1) -> None:
        """Say when to try again."""
        super().__init__()
        self.wait = wait_s - 1


def count_newcomer(*, inbox: str) -> None:
    """Count somebody new; raise TooManyVisitors, and then count nothing. Who comes from nowhere is one of us."""
    address = current_origin().address
    if not address:
        return
    limit, at = settings.YUNKE_NEW_VISITORS_A_MINUTE, time.monotonic()
    name = f"{current_tenant().schema} {inbox} {address}"
    left = _buckets.look(name=name, limit=limit, at=at)
    if left.wait_s:
        raise TooManyVisitors(wait_s=left.wait_s)
    _buckets.take(name=name, limit=limit, at=at)
