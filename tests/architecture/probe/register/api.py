"""The REST API, on tenants' hosts and on the platform's: `METHOD /path`, who may ask, and every id by its place."""

from typing import Final

from tests.architecture.probe.classes import EVERYBODY, MEMBER, STAFF, VISITOR, Bound, Entry, Id, Who


def api(call: str, who: frozenset[Who], bound: Bound = Bound.HOST, *, host: str = "tenant", **ids: Id) -> Entry:
    """Answer the entry of a call; ids by their field: `_` before the name stands for a parameter of the query."""
    places = {f"?{name[1:]}" if name.startswith("_") else name: id_ for name, id_ in ids.items()}
    return Entry(name=f"{host} {call}", who=who, bound=bound, ids=places)


C, D = "/api/v1/conversations", "/api/v1/definitions"
ONE, DOCUMENT = C + "/{conversation}", D + "/{kind}/{key}"
WHO = "/api/v1/contacts/{contact}"
NAMED = WHO + "/identities/{identity}"

ME, SSO = "/api/v1/me", "/api/v1/sso"
HOOKS = "/api/v1/webhooks"
HOOK = HOOKS + "/{webhook}"

ENTRIES: Final = (
    # Who is here
    api("POST /api/v1/session", EVERYBODY, Bound.CALLER, email=Id.EMAIL, ticket=Id.PLAIN),
    api("DELETE /api/v1/session", MEMBER, Bound.CALLER),
    api("GET /api/v1/me", MEMBER, Bound.CALLER),
    # One's own second factors. For cursors of what is one's own see apps/members/test_switching.py
    api(f"GET {ME}/factors", MEMBER, Bound.CALLER, _cursor=Id.PLAIN),
    api(f"POST {ME}/factors", MEMBER, Bound.CALLER),
    api(f"PATCH {ME}/factors/{{factor}}", MEMBER, Bound.CALLER, factor=Id.FACTOR),
    api(f"DELETE {ME}/factors/{{factor}}", MEMBER, Bound.CALLER, factor=Id.FACTOR),
    api(f"POST {ME}/factors/{{factor}}/confirm", MEMBER, Bound.CALLER, factor=Id.FACTOR),
    api(f"POST {ME}/webauthn", MEMBER, Bound.CALLER),
    api(f"POST {ME}/webauthn/challenge", MEMBER, Bound.CALLER),
    api(f"POST {ME}/recovery-codes", MEMBER, Bound.CALLER),
    api(f"POST {ME}/proof", MEMBER, Bound.CALLER),
    api(f"GET {ME}/connections", MEMBER, Bound.CALLER, _cursor=Id.PLAIN),
    api(f"DELETE {ME}/connections/{{connection}}", MEMBER, Bound.CALLER, connection=Id.CONNECTION),
    api("PATCH /api/v1/me", MEMBER, Bound.CALLER),
    api("GET /api/v1/me/tenants", MEMBER, Bound.CALLER, _cursor=Id.PLAIN),
    api("POST /api/v1/me/password", MEMBER, Bound.CALLER),
    api("GET /api/v1/sessions", MEMBER, Bound.CALLER, _cursor=Id.CURSOR),
    api("DELETE /api/v1/sessions", MEMBER, Bound.CALLER),
    api("DELETE /api/v1/sessions/{session}", MEMBER, Bound.CALLER, session=Id.SESSION),
    api("GET /api/v1/members", STAFF, Bound.ROWS, _cursor=Id.CURSOR, _role=Id.ROLE),
    api("GET /api/v1/members/{person}", STAFF, Bound.ROWS, person=Id.PERSON),
    api("PATCH /api/v1/members/{person}", MEMBER, Bound.ROWS, person=Id.PERSON, role=Id.ROLE),
    api("DELETE /api/v1/members/{person}", MEMBER, Bound.ROWS, person=Id.PERSON),
    api("DELETE /api/v1/members/{person}/sessions", MEMBER, Bound.ROWS, person=Id.PERSON),
    api("GET /api/v1/roles", STAFF, Bound.ROWS, _cursor=Id.CURSOR),
    api("POST /api/v1/roles", MEMBER, Bound.ROWS, key=Id.PLAIN),
    api("GET /api/v1/roles/{role}", STAFF, Bound.ROWS, role=Id.ROLE),
    api("PATCH /api/v1/roles/{role}", MEMBER, Bound.ROWS, role=Id.ROLE),
    api("DELETE /api/v1/roles/{role}", MEMBER, Bound.ROWS, role=Id.ROLE),
    # An invited address is listed as it was given; that it tells nothing is held in apps/members/test_invitations.py.
    api("GET /api/v1/invitations", MEMBER, Bound.ROWS, _cursor=Id.CURSOR),
    api("POST /api/v1/invitations", MEMBER, Bound.ROWS, email=Id.PLAIN, role=Id.ROLE),
    api("GET /api/v1/invitations/{invitation}", MEMBER, Bound.ROWS, invitation=Id.INVITATION),
    api("DELETE /api/v1/invitations/{invitation}", MEMBER, Bound.ROWS, invitation=Id.INVITATION),
    api("POST /api/v1/invitations/{invitation}/resend", MEMBER, Bound.ROWS, invitation=Id.INVITATION),
    # How a company lets its people sign in
    api("GET /api/v1/security", MEMBER, Bound.ROWS),
    api("PUT /api/v1/security", MEMBER, Bound.ROWS),
    api(f"GET {SSO}", MEMBER, Bound.ROWS),
    api(f"PUT {SSO}", MEMBER, Bound.ROWS, client_id=Id.PLAIN, role=Id.PLAIN),
    api(f"DELETE {SSO}", MEMBER, Bound.ROWS),
    api(f"GET {SSO}/domains", MEMBER, Bound.ROWS, _cursor=Id.CURSOR),
    api(f"POST {SSO}/domains", MEMBER, Bound.ROWS, domain=Id.PLAIN),
    api(f"DELETE {SSO}/domains/{{domain}}", MEMBER, Bound.ROWS, domain=Id.DOMAIN),
    api(f"POST {SSO}/domains/{{domain}}/check", MEMBER, Bound.ROWS, domain=Id.DOMAIN),
    # Programs
    api("GET /api/v1/keys", MEMBER, _cursor=Id.CURSOR),
    api("POST /api/v1/keys", MEMBER),
    api("GET /api/v1/keys/{key}", MEMBER, key=Id.KEY),
    api("DELETE /api/v1/keys/{key}", MEMBER, key=Id.KEY),
    api("POST /api/v1/keys/{key}/rotate", MEMBER, key=Id.KEY),
    # What was done to all this
    api("GET /api/v1/audit", STAFF, _actor=Id.PERSON, _cursor=Id.CURSOR, _target_id=Id.PLAIN),
    # The company as a whole
    api("GET /api/v1/company", MEMBER, Bound.ROWS),
    api("PATCH /api/v1/company", MEMBER, Bound.ROWS, slug=Id.PLAIN),
    api("GET /api/v1/domains", MEMBER, Bound.ROWS, _cursor=Id.CURSOR),
    api("POST /api/v1/domains", MEMBER, Bound.ROWS),
    api("GET /api/v1/domains/{domain}", MEMBER, Bound.ROWS, domain=Id.SITE),
    api("DELETE /api/v1/domains/{domain}", MEMBER, Bound.ROWS, domain=Id.SITE),
    api("POST /api/v1/domains/{domain}/check", MEMBER, Bound.ROWS, domain=Id.SITE),
    api("POST /api/v1/company/deletion", MEMBER),
    api("DELETE /api/v1/company/deletion", MEMBER),
    api("GET /api/v1/exports", MEMBER, Bound.ROWS, _cursor=Id.CURSOR),
    api("POST /api/v1/exports", MEMBER, Bound.ROWS),
    api("GET /api/v1/exports/{export}", MEMBER, Bound.ROWS, export=Id.EXPORT),
    api("GET /api/v1/exports/{export}/file", MEMBER, Bound.ROWS, export=Id.EXPORT),
    # Who is here now, and was when
    api("GET /api/v1/presence", STAFF, _cursor=Id.CURSOR),
    api("GET /api/v1/presence/changes", STAFF, _cursor=Id.CURSOR, _member=Id.PERSON),
    api("GET /api/v1/presence/times", STAFF, _cursor=Id.CURSOR, _member=Id.PERSON),
    api(f"GET {ME}/presence", MEMBER),
    api(f"PUT {ME}/presence", MEMBER, reason=Id.PLAIN),
    api("PUT /api/v1/members/{person}/presence", MEMBER, person=Id.PERSON, reason=Id.PLAIN),
    # The service
    api(
        "GET /api/v1/contacts",
        STAFF,
        _cursor=Id.CURSOR,
        _email=Id.TOLD,
        _external_id=Id.TOLD,
        _phone=Id.TOLD,
        _q=Id.TOLD,
    ),
    api("POST /api/v1/contacts/{contact}/erase", MEMBER, contact=Id.CONTACT),
    api("GET /api/v1/contacts/{contact}", STAFF, contact=Id.CONTACT),
    api("PATCH /api/v1/contacts/{contact}", STAFF, contact=Id.CONTACT),
    api(f"GET {WHO}/duplicates", STAFF, contact=Id.CONTACT, _cursor=Id.CURSOR),
    api(f"DELETE {WHO}/duplicates/{{other}}", STAFF, contact=Id.CONTACT, other=Id.OTHER),
    api(f"GET {WHO}/merged", STAFF, contact=Id.CONTACT, _cursor=Id.CURSOR),
    api(f"POST {WHO}/merge", STAFF, contact=Id.CONTACT, into=Id.OTHER),
    api(f"POST {WHO}/unmerge", STAFF, contact=Id.MERGED),
    api(f"POST {WHO}/block", STAFF, contact=Id.CONTACT),
    api(f"POST {WHO}/unblock", STAFF, contact=Id.CONTACT),
    api(f"GET {WHO}/identities", STAFF, contact=Id.CONTACT, _cursor=Id.CURSOR),
    api(f"POST {WHO}/identities", STAFF, contact=Id.CONTACT),
    api(f"DELETE {NAMED}", STAFF, contact=Id.CONTACT, identity=Id.IDENTITY),
    api(f"POST {NAMED}/verify", STAFF, contact=Id.CONTACT, identity=Id.IDENTITY),
    api(f"POST {NAMED}/prefer", STAFF, contact=Id.CONTACT, identity=Id.IDENTITY),
    api(f"GET {C}", STAFF, _assignee=Id.PERSON, _contact=Id.CONTACT, _inbox=Id.INBOX, _cursor=Id.CURSOR),
    api(f"POST {ONE}/snooze", STAFF, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/wake", STAFF, conversation=Id.CONVERSATION),
    api(f"GET {ONE}/canned-replies", STAFF, conversation=Id.CONVERSATION, _cursor=Id.CURSOR),
    api(f"POST {ONE}/tags", STAFF, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/priority", STAFF, conversation=Id.CONVERSATION),
    api(f"GET {ONE}", STAFF, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/take", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/assign", STAFF, conversation=Id.CONVERSATION, member=Id.PERSON),
    api(f"GET {ONE}/notes", STAFF, conversation=Id.CONVERSATION, _cursor=Id.CURSOR),
    api(f"POST {ONE}/notes", STAFF, conversation=Id.CONVERSATION, id=Id.PLAIN),
    api(f"POST {ONE}/resolve", STAFF, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/reopen", STAFF, conversation=Id.CONVERSATION),
    api(f"GET {ONE}/messages", STAFF, conversation=Id.CONVERSATION, _cursor=Id.CURSOR),
    api(f"POST {ONE}/messages", STAFF, conversation=Id.CONVERSATION, id=Id.PLAIN),
    api(f"POST {ONE}/read", STAFF, conversation=Id.CONVERSATION),
    api("GET /api/v1/events", STAFF),
    # Who gets what
    api("GET /api/v1/queues", STAFF, _cursor=Id.CURSOR),
    api(f"GET {ME}/offers", MEMBER, _cursor=Id.CURSOR),
    api(f"POST {ONE}/accept", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/decline", MEMBER, conversation=Id.CONVERSATION),
    api(f"GET {ME}/invitations", MEMBER, _cursor=Id.CURSOR),
    api(f"POST {ONE}/invite", STAFF, conversation=Id.CONVERSATION, agent=Id.PERSON),
    api(f"POST {ONE}/watch", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/join", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/decline-invitation", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/leave", MEMBER, conversation=Id.CONVERSATION),
    api(f"POST {ONE}/transfer", STAFF, conversation=Id.CONVERSATION, agent=Id.PERSON, team=Id.TEAM, queue=Id.QUEUE),
    # What a company configures
    api(f"GET {D}", STAFF, _cursor=Id.CURSOR),
    api(f"GET {D}/kinds", STAFF, Bound.SAME, _cursor=Id.PLAIN),
    api(f"GET {D}/export", STAFF, _definition=Id.DEFINITION),
    api(f"POST {D}/import", STAFF),
    api(f"GET {DOCUMENT}", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"PUT {DOCUMENT}/draft", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"DELETE {DOCUMENT}/draft", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"POST {DOCUMENT}/publish", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"POST {DOCUMENT}/retire", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"GET {DOCUMENT}/diff", STAFF, kind=Id.PLAIN, key=Id.REPLY),
    api(f"GET {DOCUMENT}/versions", STAFF, kind=Id.PLAIN, key=Id.REPLY, _cursor=Id.CURSOR),
    api(f"GET {DOCUMENT}/versions/{{version}}", STAFF, kind=Id.PLAIN, key=Id.REPLY, version=Id.PLAIN),
    # Web chat
    api("POST /api/v1/visitors", EVERYBODY, inbox=Id.INBOX),
    api("DELETE /api/v1/visitors/current", VISITOR),
    api("POST /api/v1/visitors/conversation", VISITOR),
    api("GET /api/v1/visitors/queue", VISITOR),
    api("GET /api/v1/inboxes", STAFF, _cursor=Id.CURSOR),
    api("GET /api/v1/inboxes/{key}", STAFF, key=Id.INBOX),
    api("PATCH /api/v1/inboxes/{key}", STAFF, key=Id.INBOX),
    api("GET /api/v1/inboxes/{key}/identity-secrets", STAFF, key=Id.INBOX, _cursor=Id.CURSOR),
    api("POST /api/v1/inboxes/{key}/identity-secrets", STAFF, key=Id.INBOX),
    api("DELETE /api/v1/inboxes/{key}/identity-secrets/{secret}", STAFF, key=Id.INBOX, secret=Id.SECRET),
    api("POST /api/v1/live-tickets", VISITOR | MEMBER, Bound.SIGNED),
    # What partners are told
    api(f"GET {HOOKS}", STAFF, _cursor=Id.CURSOR),
    api(f"POST {HOOKS}", STAFF),
    api(f"GET {HOOK}", STAFF, webhook=Id.WEBHOOK),
    api(f"PATCH {HOOK}", STAFF, webhook=Id.WEBHOOK),
    api(f"DELETE {HOOK}", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/verify", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/pause", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/resume", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/rotate", STAFF, webhook=Id.WEBHOOK),
    api(f"GET {HOOK}/health", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/test", STAFF, webhook=Id.WEBHOOK),
    api(f"POST {HOOK}/replay", STAFF, webhook=Id.WEBHOOK),
    api(f"GET {HOOK}/deliveries", STAFF, webhook=Id.WEBHOOK, _cursor=Id.CURSOR),
    api(f"GET {HOOK}/deliveries/{{delivery}}", STAFF, webhook=Id.WEBHOOK, delivery=Id.DELIVERY),
    api(f"POST {HOOK}/deliveries/{{delivery}}/replay", STAFF, webhook=Id.WEBHOOK, delivery=Id.DELIVERY),
    # The document of all this
    api("GET /api/v1/openapi.json", EVERYBODY, Bound.SAME),
    api("GET /api/docs", EVERYBODY, Bound.SAME),
    # The platform's own host
    api("GET /api/v1/openapi.json", EVERYBODY, Bound.SAME, host="platform"),
    api("GET /api/docs", EVERYBODY, Bound.SAME, host="platform"),
    api("POST /api/v1/tenants", EVERYBODY, Bound.PLATFORM, host="platform", slug=Id.SLUG, email=Id.EMAIL),
    api("POST /api/v1/invitations/accept", EVERYBODY, Bound.ROWS, host="platform", company=Id.SLUG, code=Id.PLAIN),
)
