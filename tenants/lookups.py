"""Tenants that were looked up, kept in this process until somebody says that they changed. No I/O, no clock."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from tenants.context import TenantRef

KEPT_S: Final = 60.0  # the safety net where changes are told: one signal in a million may be lost
UNTOLD_S: Final = 5.0  # where nobody tells this process of changes, or not at the moment
MOST_KEPT: Final = 10_000


class Lookups:
    """Tenants by the name under which they were asked for. What is not there is not kept: guesses fill no memory."""

    def __init__(self) -> None:
        """Know nothing, and be told nothing."""
        self._kept: dict[str, tuple[float, TenantRef]] = {}
        self._is_told: Callable[[], bool] = lambda: False
        self._forgotten = 0

    def be_told(self, *, while_: Callable[[], bool]) -> None:
        """Keep for longer as long as `while_` says that changes are heard of."""
        self._is_told = while_

    def find(self, *, name: str, now: float) -> TenantRef | None:
        """Answer what is kept under a name and young enough."""
        kept = self._kept.get(name)
        if kept is None or now - kept[0] >= (KEPT_S if self._is_told() else UNTOLD_S):
            return None
        return kept[1]

    def begin(self) -> int:
        """Answer what `keep` wants to know: when the look began whose result it is given."""
        return self._forgotten

    def keep(self, *, name: str, tenant: TenantRef, now: float, begun: int) -> None:
        """Keep a result, unless something was forgotten while it was looked for: it may be of before that."""
        if begun != self._forgotten:
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[name] = (now, tenant)

    def forget(self, *, tenant_id: UUID | None = None) -> None:
        """Forget a tenant under all its names; without an id, everything."""
        self._forgotten += 1
        # Another thread may keep something meanwhile, so that a loop over the dictionary itself could break.
        for name, (_, tenant) in list(self._kept.items()):
            if tenant_id is None or tenant.id == tenant_id:
                self._kept.pop(name, None)
