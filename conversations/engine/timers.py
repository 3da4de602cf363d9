"""When somebody has to look into the current tenant again though nothing happens: one moment a tenant, on its head.

Each room keeps its own due rows. Whoever writes one holds the tenant's head until COMMIT, having appended, and calls
call_by(); whoever has looked at what is due calls rest(), which asks every room for its next moment under the head.
"""

from collections.abc import Callable
from datetime import datetime

from conversations.engine import log, statements

# A port that config/wiring.py fills: each room that waits for moments answers the next of its own.
find_next: list[Callable[[], datetime | None]] = []


def call_by(*, due: datetime | None) -> None:
    """Have the tenant looked at by then at the latest; None asks for nothing."""
    if due is not None:
        log.run(sql=statements.SET_DUE, params={"due": due, "exactly": False})


def hold() -> None:
    """Hold the head as an append does: what others have set is seen from now on, and nobody sets more until COMMIT."""
    log.run(sql=statements.HOLD_HEAD, params={})


def rest(*, again: datetime | None = None, earliest: datetime | None = None) -> None:
    """Have the tenant looked at when the next of all that any room waits for is due, and no sooner; or at `again`.

    What is due before the `earliest` moment waits until then.
    """
    hold()
    due = again or min((at for find in find_next if (at := find()) is not None), default=None)
    due = due if due is None or earliest is None else max(due, earliest)
    log.run(sql=statements.SET_DUE, params={"due": due, "exactly": True})
