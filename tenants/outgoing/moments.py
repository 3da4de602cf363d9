"""Setting and finding the moments at which tenants have something to be sent.

Whoever writes a due row calls call_by() in the same transaction; whoever has looked holds the moment first, then reads
what is due next, then calls call_at(): whoever writes meanwhile waits, so that nothing due is forgotten.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import connection

from tenants.context import TenantRef, on_commit, platform_context
from tenants.models import Tenant, TenantState

CHANNEL: Final = "yunke_outgoing"
_SET: Final = "SELECT public.set_outgoing(%s, %s)"
_WAKE: Final = "SELECT pg_notify('yunke_outgoing', '')"
_DUE: Final = """
SELECT o.schema FROM public.outgoing o JOIN public.heads h ON h.schema = o.schema AND NOT h.closed
WHERE o.due_at <= %s AND o.schema <> ALL(%s) ORDER BY o.due_at LIMIT %s
"""


def call_by(*, due: datetime | None, wake: bool = False) -> None:
    """Have the current tenant looked at by then at the latest; None asks for nothing. `wake`: tell those who send."""
    if due is None:
        return
    _run(_SET, due, False)
    if wake:
        on_commit(lambda: _run(_WAKE))


def hold() -> None:
    """Let nobody set the current tenant's moment until COMMIT."""
    _run(_SET, None, False)


def call_at(*, due: datetime | None) -> None:
    """Have the current tenant looked at then and no sooner; None: not at all. Hold the moment first."""
    _run(_SET, due, True)


def find_due(*, now: datetime, most: int, besides: Sequence[str] = ()) -> list[str]:
    """Answer the schemas (but those of `besides`) that have something due and are open, whoever waits longest first."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(_DUE, [now, list(besides), most])
        return [schema for (schema,) in cursor.fetchall()]


def find_tenants(*, schemas: list[str]) -> dict[str, TenantRef]:
    """Answer the active and open tenants among these schemas."""
    with platform_context():
        rows = Tenant.objects.filter(schema__in=schemas, state=TenantState.ACTIVE)
        return {row.schema: row.ref for row in rows if row.ref.closed is None}


def _run(query: str, *parameters: datetime | bool | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
