"""Checking a second factor that somebody shows, whichever it is. Call it in platform_context."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from tenants.bodies import Body
from tenants.factors import code_apps, recovery_codes, security_keys
from tenants.factors.queries import Method
from tenants.factors.security_keys import Ceremony

Code = Annotated[str, msgspec.Meta(max_length=40)]


class Shown(Body, frozen=True):
    """A second factor: one of its fields."""

    code: Code | None = None
    recovery_code: Code | None = None
    webauthn: dict[str, Any] | None = None

    @property
    def method(self) -> Method | None:
        """Answer which one is shown."""
        if self.webauthn is not None:
            return "webauthn"
        if self.recovery_code is not None:
            return "recovery_code"
        return "code" if self.code is not None else None


def accept(*, person_id: UUID, shown: Shown, ceremony: Ceremony | None, now: datetime) -> bool:
    """Answer whether it is right and unused; use it up. `ceremony` is None where keys cannot be used."""
    if shown.webauthn is not None:
        return ceremony is not None and security_keys.accept(
            person_id=person_id, credential=shown.webauthn, ceremony=ceremony, now=now
        )
    if shown.recovery_code is not None:
        return recovery_codes.accept(person_id=person_id, code=shown.recovery_code, now=now)
    return shown.code is not None and code_apps.accept(person_id=person_id, code=shown.code, now=now)
