"""What is signed, and what is random and opens something: by the salt, or by the function that signs or draws it."""

from typing import Final

from tests.architecture.probe.classes import Bound, within

ENTRIES: Final = (
    within("salt yunke.live.ticket", Bound.SIGNED, "tenant, person and origin; used once"),
    within("salt yunke.live.resume", Bound.SIGNED, "tenant, person and origin; asked again who is still let in"),
    within("salt yunke.sign_in.waiting", Bound.SIGNED, "tenant and person, between two factors; used once"),
    within("signature tenants.sso.id_token.read", Bound.ROWS, "by the provider of the tenant whose browser went there"),
    within("signature conversations.live.tickets._read", Bound.SIGNED, "reads both: compares tenant and origin"),
    within("secret tenants.domains.commands.claim", Bound.ROWS, "in the row of a tenant, and shown to its owners"),
    within("secret conversations.access.commands._new_secret", Bound.HOST, "an API key, kept as a hash in its tenant"),
    within("secret conversations.audit.commands._chain", Bound.HOST, "the salt of an entry, beside it"),
    within("signature tenants.secrets._siv", Bound.SIGNED, "a key: tenant and list are sealed with a cursor's place"),
    within("signature tenants.secrets._mac", Bound.SIGNED, "purpose and tenant are in what is signed"),
    within("secret conversations.channels.webchat.commands.add_inbox", Bound.HOST, "an inbox's key, of its tenant"),
    within("secret conversations.channels.webchat.vouching.commands.make_secret", Bound.HOST, "sealed in its tenant"),
    within(
        "signature conversations.channels.webchat.vouching.token._find_claims", Bound.HOST, "by the inbox's secrets"
    ),
    within("secret conversations.contacts.commands.give_token", Bound.HOST, "a visitor's token, a hash in its tenant"),
    within("secret conversations.live.tickets.issue_pass", Bound.SIGNED, "a ticket's nonce, inside of its signature"),
    within("secret tenants.secrets.seal", Bound.SIGNED, "a nonce; purpose, tenant and row are sealed with the text"),
    within("salt yunke.switch", Bound.SIGNED, "the tenant it is for, person, session and origin; used once"),
    within("secret tenants.members.switching.tickets.issue", Bound.SIGNED, "a nonce, inside of its signature"),
    within("secret tenants.members.codes.new_code", Bound.ROWS, "invitations and resets: a hash beside the tenant"),
    within("secret tenants.database.names.new_schema_name", Bound.ROLE, "a schema's and a role's name, never reused"),
    within("secret tenants.factors.recovery_codes._draw", Bound.CALLER, "a person's recovery code, kept as a hash"),
    within("secret tenants.sso.going.leave", Bound.CALLER, "state, nonce and verifier, in a session of the tenant"),
    within("secret tenants.sso.commands.add_domain", Bound.ROWS, "a domain's mark, which is put into the DNS"),
    within("secret tenants.members.waiting.new_nonce", Bound.SIGNED, "inside of a session or a signed ticket"),
    within("secret tenants.database.startup.refuse_pooler", Bound.SAME, "a mark on a connection, for a moment"),
    within("signature tenants.tries.Tries._digest", Bound.NAMED, "a key of public.tries; opens nothing"),
    within("signature config.idempotency._digest", Bound.SIGNED, "a request, beside its answer; opens nothing"),
    within("secret tenants.exports.returning.Return._doubt", Bound.ROWS, "a domain's mark, in the restored tenant"),
    within("secret tenants.confirming.codes.new_code", Bound.CALLER, "a mail's code, a hash with its tenant"),
)
