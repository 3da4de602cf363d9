"""Every column that can hold text, in a tenant's schema and in public, and which of them need no mark."""

from collections.abc import Iterator
from typing import Final

from django.db import connection

from tenants.context import maintenance_context, platform_context
from tenants.database.session import quoted

TEXTUAL: Final = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = %s AND (data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'bytea', 'ARRAY')
    OR (data_type = 'USER-DEFINED' AND udt_name = 'citext'))
ORDER BY 1, 2
"""

WORDS: Final = "a word of the code's own"
HASH: Final = "a hash or a random text: nothing of it can be told"

# Columns in which a mark cannot stand, and why. One that could, and has none, fails a test.
WITHOUT: Final[dict[str, str]] = {
    "amended_message.reactions": "emoji and ids",
    "api_key.hint": "the last four characters of a secret",
    "api_key.networks": "networks only",
    "api_key.old_secret": HASH,
    "api_key.scopes": WORDS,
    "api_key.secret": HASH,
    "channel_thread.source": "an install's id",
    "channel_thread.thread": HASH,
    "contact.not_same": "ids of contacts",
    "contact_consent.how": WORDS,
    "contact_consent.language": WORDS,
    "contact_identity.kind": WORDS,
    "contact_identity.scope": "an inbox's random key, or the id of the contact or of an install",
    "conversation.inbox": "an inbox's random key",
    "conversation.last_author": WORDS,
    "draft_message.kind": WORDS,
    "conversation.priority": WORDS,
    "conversation.status": WORDS,
    "definition.kind": WORDS,
    "definition_draft.kind": WORDS,
    "django_migrations.app": WORDS,
    "django_migrations.name": WORDS,
    "dry_run.cases": "positions of the log",
    "dry_run.state": WORDS,
    "dry_run.waiting": "ids, positions and times",
    "event.kind": WORDS,
    "idempotency_key.digest": HASH,
    "idempotency_key.location": "an address that its caller was answered",
    "identity_secret.hint": "the last characters of a secret",
    "identity_secret.inbox": "an inbox's random key",
    "identity_secret.sealed": "sealed",
    "idempotency_key.request": HASH,
    "inbound_install.hint": "the last characters of a secret",
    "inbound_install.inbox": "an inbox's random key",
    "inbound_install.scopes": WORDS,
    "inbound_install.sealed": "sealed",
    "presence.chosen": WORDS,
    "presence.state": WORDS,
    "public.audit_anchors.digest": HASH,
    "public.audit_anchors.schema": HASH,
    "public.audit_anchors.signature": HASH,
    "public.audit_notes.action": WORDS,
    "public.confirmations.language": WORDS,
    "public.django_migrations.app": WORDS,
    "public.django_migrations.name": WORDS,
    "public.domains.problem": WORDS,
    "public.domains.state": WORDS,
    "public.domains.token": HASH,
    "public.exports.language": WORDS,
    "public.exports.sha256": HASH,
    "public.exports.state": WORDS,
    "public.heads.schema": HASH,
    "public.invitations.code": HASH,
    "public.invitations.language": WORDS,
    "public.invitations.role": WORDS,
    "public.live_nonces.nonce": HASH,
    "public.mails.template": WORDS,
    "public.memberships.role": WORDS,
    "public.outgoing.schema": HASH,
    "public.persons.language": WORDS,
    "public.persons.password": HASH,
    "public.recovery_codes.hash": HASH,
    "public.security_keys.credential": HASH,
    "public.security_keys.public_key": HASH,
    "public.resets.code": HASH,
    "public.resets.language": WORDS,
    "public.platform_answers.body": "said on the platform's own host, or of closed companies, to whoever asked there",
    "public.platform_answers.digest": HASH,
    "public.platform_answers.location": "an address that its caller was answered",
    "public.platform_answers.request": HASH,
    "public.ready_schemas.schema": "never a customer's",
    "public.ready_schemas.state": "never a customer's",
    "public.sessions.session_data": "signed and encoded: ids, and a hash of the password's",
    "public.sessions.session_key": HASH,
    "public.sessions.way": WORDS,
    "public.tenants.schema": HASH,
    "public.tenants.state": WORDS,
    "public.tenants.suspended_reason": "only of a company that is suspended, and then nothing is served",
    "public.tombstones.schema": "of tenants that are gone",
    "public.tombstones.slug_digest": HASH,
    "public.tries.digest": HASH,
    "promise_outcome.outcome": WORDS,
    "ticket.approvers": "ids of members",
    "ticket.category": WORDS,
    "ticket.conversations": "ids of conversations",
    "ticket.links": "ids of tickets",
    "ticket.prefix": "letters of a company's address, or of its own choice: ten capitals at most",
    "ticket.priority": WORDS,
    "ticket.watchers": "ids of persons",
    "webhook_delivery.kind": WORDS,
    "webhook_delivery.state": WORDS,
    "webhook_endpoint.hint": "the last characters of a secret",
    "webhook_endpoint.kinds": WORDS,
    "webhook_endpoint.off_why": WORDS,
    "webhook_endpoint.scopes": WORDS,
    "webhook_endpoint.sealed": "sealed",
    "work.asked": "ids and moments",
    "work.channel": WORDS,
    "work.invited": "ids of persons",
    "work.joined": "ids of persons",
    "work.language": "the name of a language",
    "work.priority": WORDS,
    "work.state": WORDS,
}


def find_columns(*, schema: str) -> list[tuple[str, str]]:
    """Answer (table, column) of what can hold text."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(TEXTUAL, [schema])
        return list(cursor.fetchall())


def find_unmarked(*, schema: str, mark: str) -> Iterator[str]:
    """Answer each column of this schema in which no row holds the mark."""
    prefix = "public." if schema == "public" else ""
    for table, column in find_columns(schema=schema):
        query = f"SELECT EXISTS (SELECT FROM {quoted(schema)}.{quoted(table)} WHERE {quoted(column)}::text LIKE %s)"
        with maintenance_context(schema=schema), connection.cursor() as cursor:
            cursor.execute(query, [f"%{mark}%"])
            if not cursor.fetchone()[0]:
                yield f"{prefix}{table}.{column}"
