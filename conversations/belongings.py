"""What an export takes along of each of the service's tables. A table that is not named here fails a test."""

from collections.abc import Mapping
from typing import Final

from tenants.belongings import Table

TABLES: Final[Mapping[str, Table]] = {
    "amended_message": Table(
        note="It has what edited and recalled messages said before, which on the page only some are shown."
    ),
    "api_key": Table(
        note="Of secrets it has hashes, which cannot be turned back: whoever has one opens the restored company, too."
    ),
    "contact": Table(),
    "channel_thread": Table(note="Threads have hashes, which cannot be turned back."),
    "contact_consent": Table(),
    "contact_identity": Table(note="Of visitors' tokens it has hashes, which cannot be turned back."),
    "conversation": Table(),
    "definition": Table(),
    "definition_draft": Table(),
    "django_migrations": Table(left_out="are told by the manifest's digest"),
    "draft_message": Table(left_out="are what members were just writing, and nobody else's"),
    "dry_run": Table(left_out="are looked at for a week"),
    "event": Table(),
    "idempotency_key": Table(left_out="are answers that are kept for a day"),
    "identity_secret": Table(
        sealed={"sealed": "identity secret"},
        note="They are sealed. Those that the key ring does not open do not come back.",
    ),
    "mention": Table(),
    "presence": Table(),
    "promise_outcome": Table(),
    "reader_cursor": Table(),
    "rule_clock": Table(),
    "search_entry": Table(),
    "stream": Table(),
    "ticket": Table(),
    "work": Table(),
}
