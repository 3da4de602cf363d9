"""What an export takes along of each of the service's tables. A table that is not named here fails a test."""

from collections.abc import Mapping
from typing import Final

from tenants.belongings import Table

_HIDDEN: Final = "is a secret"

TABLES: Final[Mapping[str, Table]] = {
    "api_key": Table(
        without={"secret": _HIDDEN, "old_secret": _HIDDEN, "old_until": "is of the secret before"},
        restored_as={"secret": "'restored ' || id"},
        note="Restored keys open nothing until they are rotated.",
    ),
    "contact": Table(),
    "contact_identity": Table(note="Of visitors' tokens it has hashes, which cannot be turned back."),
    "conversation": Table(),
    "definition": Table(),
    "definition_draft": Table(),
    "django_migrations": Table(left_out="are told by the manifest's digest"),
    "event": Table(),
    "idempotency_key": Table(left_out="are answers that are kept for a day"),
    "identity_secret": Table(left_out="are secrets, sealed for this tenant: make new ones"),
    "reader_cursor": Table(),
    "stream": Table(),
}
