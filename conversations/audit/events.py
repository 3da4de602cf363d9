"""One entry of the audit. The stream is a subject of its own in each tenant, the same id everywhere."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact

AUDIT: Final = UUID("a0d17000-0000-7000-8000-000000000000")
PERSONAL: Final = ("label", "target_label", "before", "after", "address", "agent", "salt")


@fact(kind="audit.recorded.v1", audience=Audience.STAFF, personal=PERSONAL, permission="audit.view")
class AuditRecorded(Fact, frozen=True):
    """Entry `n`: who did `action` to what, at `at`, and what was before and after.

    `commitment` is a hash over the salted personal fields: erasure makes them null, the salt with them, and the chain
    holds; a later entry `audit.erased` names which. `digest` is a hash over everything else, the entry before included;
    `signature` is the application's, which the database cannot make. `tenant` is whose audit it was written for.
    """

    n: int
    tenant: UUID
    at: datetime
    who: str
    who_id: UUID | None
    action: str
    target: str
    target_id: str
    label: str | None
    target_label: str | None
    before: Any
    after: Any
    address: str | None
    agent: str | None
    salt: str | None
    commitment: str
    previous: str
    digest: str
    signature: str
