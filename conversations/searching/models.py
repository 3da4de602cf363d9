"""The index: one row a text that is found, written by the reader of the log (indexing.py) and by erasure."""

from typing import Final

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from conversations.terms.field import TermsField
from tenants.database.models import TenantModel

PENDING_KB: Final = 512  # of terms that every search looks through before they are merged into the index


class SearchEntry(TenantModel):
    """By which terms a text is found. `position` is where the text came into the log, `source` where it stands now.

    The text itself is in the log alone. `sort` is what it is (rules.py), `subject` the conversation or ticket.
    """

    id = None  # type: ignore[assignment] # the position is unique already
    position = models.BigIntegerField(primary_key=True)
    source = models.BigIntegerField()
    at = models.DateTimeField()
    subject = models.UUIDField()
    sort = models.SmallIntegerField()
    terms = TermsField()

    class Meta(TenantModel.Meta):
        """Stored as `search_entry`; in the order of the log, which is that of time."""

        db_table = "search_entry"
        indexes = (
            GinIndex(fields=("terms",), name="search_entry_terms", gin_pending_list_limit=PENDING_KB),
            models.Index(fields=("at",), name="search_entry_at"),
        )
