"""The rooms' tables, re-exported for Django: one app, one migration history."""

from conversations.access.models import ApiKey, IdempotencyKey
from conversations.automation.models import DryRun, RuleClock
from conversations.channels.incoming.models import Thread
from conversations.channels.webchat.vouching.models import IdentitySecret
from conversations.contacts.models import Contact, ContactConsent, ContactIdentity
from conversations.definitions.models import Definition, DefinitionDraft
from conversations.desk.models import WorkRow
from conversations.engine.models import Event, ReaderCursor, Stream
from conversations.presence.models import Presence
from conversations.searching.models import SearchEntry
from conversations.threads.models import AmendedMessage, ConversationRow, DraftMessage, Mention
from conversations.tickets.models import TicketRow
from conversations.tickets.reports.models import PromiseOutcome

__all__ = [
    "AmendedMessage",
    "ApiKey",
    "Contact",
    "ContactConsent",
    "ContactIdentity",
    "ConversationRow",
    "Definition",
    "DefinitionDraft",
    "DraftMessage",
    "DryRun",
    "Event",
    "IdempotencyKey",
    "IdentitySecret",
    "Mention",
    "Presence",
    "PromiseOutcome",
    "ReaderCursor",
    "RuleClock",
    "SearchEntry",
    "Stream",
    "Thread",
    "TicketRow",
    "WorkRow",
]
