"""When somebody has to look into the current tenant again though nothing happens: one moment a tenant, on its head.

Each room keeps its own due rows. Whoever writes one holds the tenant's head until COMMIT, having appended, and calls
call_by(); whoever has looked at what is due calls call_at() with the next moment, found while holding the head.
"""

from datetime import datetime

from conversations.engine import log, statements


def call_by(*, due: datetime | None) -> None:
    """Have the tenant looked at by then at the latest; None asks for nothing."""
    if due is not None:
        log.run(sql=statements.SET_DUE, params={"due": due, "exactly": False})


def hold() -> None:
    """Hold the head as an append does: what others have set is seen from now on, and nobody sets more until COMMIT."""
    log.run(sql=statements.HOLD_HEAD, params={})


def call_at(*, due: datetime | None) -> None:
    """Have the tenant looked at then and no sooner; None: not at all. Hold the head first."""
    log.run(sql=statements.SET_DUE, params={"due": due, "exactly": True})
