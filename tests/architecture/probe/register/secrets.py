"""What is signed, sealed, kept in sessions, or random and opens something: by salt, purpose, key or place.

What can be shown names its kinds of credentials: the probe shows each to the other company (shown/, ELSEWHERE).
"""

from typing import Final

from tests.architecture.probe.classes import INSIDE, Bound, Entry

IN_FULL: Final = ("id", "tenant", "person", "password", "way", "factor", "proved_at")


def opens(name: str, bound: Bound, why: str, *kinds: str) -> Entry:
    """Answer the entry of something that is made, read or kept for these kinds of credentials."""
    return Entry(name=name, who=INSIDE, bound=bound, why=why, shown=frozenset(kinds))


def opens_nothing(name: str, bound: Bound, why: str) -> Entry:
    """Answer the entry of something that nobody can show to us to be let in or believed by it."""
    return Entry(name=name, who=INSIDE, bound=bound, why=why)


FROM_MAILS: Final = ("invitation that is looked at", "invitation", "invitation by a program", "reset")

ENTRIES: Final = (
    # Signed, or read as such
    opens("salt yunke.live.ticket", Bound.SIGNED, "tenant, person or key, and origin; used once", "live ticket"),
    opens("salt yunke.live.resume", Bound.SIGNED, "as tickets; asked again who is still let in", "resume token"),
    opens(
        "signature conversations.live.tickets._read",
        Bound.SIGNED,
        "compares tenant and origin",
        "live ticket",
        "resume token",
    ),
    opens("salt yunke.ticket.link", Bound.SIGNED, "tenant, ticket and contact, for half a year", "ticket link"),
    opens("salt yunke.file", Bound.SIGNED, "tenant, ticket and file, for a quarter of an hour", "file link"),
    opens("salt yunke.switch", Bound.SIGNED, "the tenant it is for, person, session and origin", "switch ticket"),
    opens("salt yunke.sign_in.waiting", Bound.SIGNED, "tenant and person, between two factors", "second-factor ticket"),
    opens(
        "signature tenants.sso.id_token.read",
        Bound.ROWS,
        "by the provider of the tenant whose browser went there",
        "state of a sign-in by a provider",
    ),
    opens(
        "signature conversations.channels.webchat.vouching.token._find_claims",
        Bound.HOST,
        "by the secrets of an inbox of the host's, for that inbox",
        "identity",
        "identity secret",
    ),
    opens_nothing("signature tenants.secrets._mac", Bound.SIGNED, "purpose and tenant are in what is signed"),
    opens_nothing("signature tenants.tries.Tries._digest", Bound.NAMED, "a key of public.tries"),
    opens_nothing("signature config.idempotency._digest", Bound.SIGNED, "a request, beside its answer"),
    # Sealed: only we read it, in the place that it was sealed for
    opens("sealed in tenants.paging._seal", Bound.SIGNED, "tenant and list, with a place in it", "cursor"),
    opens_nothing("signature tenants.secrets._siv", Bound.SIGNED, "the key for what is sealed alike"),
    opens_nothing("signature tenants.secrets.seal", Bound.SIGNED, "purpose, tenant and row are sealed with the text"),
    opens_nothing("signature tenants.secrets.unseal", Bound.SIGNED, "the same"),
    opens_nothing("secret tenants.secrets.seal", Bound.SIGNED, "a nonce"),
    opens(
        "sealed in integrations.secrets.seal_secrets",
        Bound.SIGNED,
        "by purpose, tenant and row: an endpoint's, which we show to a partner's server, and an install's",
        "install secret",
    ),
    opens("secret integrations.secrets.new_secret", Bound.HOST, "sealed in its tenant", "install secret"),
    opens_nothing("secret integrations.webhooks.proving.prove", Bound.HOST, "a word that is answered at once"),
    opens_nothing("signature integrations.webhooks.rules.signing._sign", Bound.HOST, "shown to a partner, never to us"),
    opens_nothing("signature integrations.inbound.taking.take", Bound.SIGNED, "a call, beside its answer"),
    opens_nothing("sealed mails.body", Bound.SIGNED, "a mail that waits, by tenant and row"),
    opens_nothing("sealed code_apps.secret", Bound.SIGNED, "a person's app, by row: people are no tenant's"),
    opens_nothing("sealed sso_providers.secret", Bound.SIGNED, "what we show to a tenant's provider"),
    opens("sealed identity secret", Bound.SIGNED, "by tenant and row", "identity secret"),
    opens_nothing("sealed in tenants.exports.returning.Return._resealed", Bound.SIGNED, "from one place to another"),
    opens_nothing("sealed in tenants.resealing._reseal_some", Bound.SIGNED, "in its place, from one key to another"),
    opens_nothing("sealed export", Bound.SIGNED, "an archive's manifest; operators name the file, and it is no way in"),
    opens_nothing("sealed audit", Bound.SIGNED, "where a tenant's chain ends; only verify_audit reads it"),
    # Kept in a browser's session
    *(opens(f"session {key}", Bound.CALLER, "the tenant is among it", "session") for key in IN_FULL),
    opens("session waiting", Bound.CALLER, "between two factors, with the tenant", "half a session"),
    opens("session sso", Bound.CALLER, "state and tenant, for who comes back", "state of a sign-in by a provider"),
    opens("session sso_link", Bound.CALLER, "whom a provider named, with the tenant", "named by a provider"),
    opens(
        "session sso_invitation",
        Bound.CALLER,
        "the code of an invitation, with the tenant",
        "invitation that a browser has shown",
    ),
    opens("session challenge", Bound.CALLER, "what a key is to sign, of whoever is signed in", "session"),
    opens_nothing("session language", Bound.SAME, "in which language pages are"),
    # Random
    opens("secret conversations.access.commands._new_secret", Bound.HOST, "kept as a hash in its tenant", "key"),
    opens("secret conversations.contacts.commands.give_token", Bound.HOST, "a hash in its tenant", "visitor"),
    opens(
        "secret conversations.channels.webchat.vouching.commands.make_secret",
        Bound.HOST,
        "sealed in its tenant",
        "identity secret",
    ),
    opens("secret conversations.live.tickets.issue_pass", Bound.SIGNED, "a nonce, inside of a ticket", "live ticket"),
    opens("secret tenants.members.switching.tickets.issue", Bound.SIGNED, "a nonce, inside of it", "switch ticket"),
    opens(
        "secret tenants.members.waiting.new_nonce",
        Bound.SIGNED,
        "inside of a session or a signed ticket",
        "second-factor ticket",
        "half a session",
        "session",
    ),
    opens("secret tenants.members.codes.new_code", Bound.ROWS, "a hash beside the tenant", *FROM_MAILS),
    opens("secret tenants.confirming.codes.new_code", Bound.CALLER, "a hash with its tenant", "confirmation"),
    opens("secret tenants.factors.recovery_codes._draw", Bound.CALLER, "a person's, kept as a hash", "recovery code"),
    opens(
        "secret tenants.sso.going.leave",
        Bound.CALLER,
        "state, nonce and verifier, in a session of the tenant",
        "state of a sign-in by a provider",
    ),
    opens("secret tenants.domains.commands.claim", Bound.ROWS, "in the row of a tenant", "mark of a domain"),
    opens(
        "secret tenants.exports.returning.Return._doubt",
        Bound.ROWS,
        "drawn anew in what is restored",
        "mark of a domain",
    ),
    opens("secret tenants.sso.commands.add_domain", Bound.ROWS, "in a row", "mark of a domain of addresses"),
    opens_nothing("secret conversations.channels.webchat.commands.add_inbox", Bound.HOST, "an id: Id.INBOX"),
    opens_nothing("secret conversations.audit.commands._chain", Bound.HOST, "the salt of an entry, beside it"),
    opens_nothing("secret tenants.database.names.new_schema_name", Bound.ROLE, "a schema's and a role's name"),
    opens_nothing("secret tenants.database.startup.refuse_pooler", Bound.SAME, "a mark on a connection, for a moment"),
    opens_nothing("secret conversations.engine.bus.postgres.PostgresBus.__init__", Bound.SAME, "a process's name"),
    opens_nothing("secret conversations.engine.bus.redis.RedisBus.__init__", Bound.SAME, "a process's name"),
    opens_nothing("secret conversations.live.holding.Holding._register", Bound.SAME, "a process's lease"),
    opens_nothing("secret conversations.live.session.Session.__init__", Bound.SAME, "a socket's name in the process"),
    opens_nothing("secret conversations.threads.words.TextBody.client_id", Bound.HOST, "a message's own id"),
)
