"""Pages and files, on tenants' hosts and on the platform's, and what answers before any page does."""

from typing import Final

from tests.architecture.probe.classes import EVERYBODY, MEMBER, Bound, Entry, Id, Who


def page(call: str, who: frozenset[Who], bound: Bound = Bound.HOST, *, host: str = "tenant", **ids: Id) -> Entry:
    """Answer the entry of a call of a page."""
    return Entry(name=f"{host} {call}", who=who, bound=bound, ids=ids)


def layer(name: str, bound: Bound, why: str) -> Entry:
    """Answer the entry of a middleware or of an application of ASGI, which stand before every request."""
    return Entry(name=name, who=EVERYBODY, bound=bound, why=why)


DJANGO, OURS = "middleware django.middleware", "middleware config"

ENTRIES: Final = (
    page("GET /", MEMBER),
    page("GET /sign-in", EVERYBODY, Bound.CALLER),
    page("POST /sign-in", EVERYBODY, Bound.CALLER, email=Id.EMAIL),
    page("GET /sign-in/second", EVERYBODY, Bound.CALLER),
    page("POST /sign-in/second", EVERYBODY, Bound.CALLER),
    page("GET /sign-in/sso", EVERYBODY, Bound.CALLER),
    page("GET /sign-in/sso/callback", EVERYBODY, Bound.CALLER),
    page("GET /sign-in/sso/connect", EVERYBODY, Bound.CALLER),
    page("POST /sign-in/sso/connect", EVERYBODY, Bound.CALLER),
    page("POST /sign-out", EVERYBODY, Bound.CALLER),
    page("GET /confirm", EVERYBODY),
    page("POST /confirm", EVERYBODY, Bound.CALLER),
    page("POST /confirm/again", MEMBER, Bound.CALLER),
    page("ANY /language", EVERYBODY, Bound.SAME),
    page("GET /settings/security", MEMBER, Bound.ROWS),
    page("POST /settings/security", MEMBER, Bound.ROWS, id=Id.DOMAIN, client_id=Id.PLAIN, domain=Id.PLAIN),
    page("GET /settings/second-factor", MEMBER, Bound.CALLER),
    page("POST /settings/second-factor", MEMBER, Bound.CALLER, factor=Id.FACTOR),
    page("GET /settings/second-factor/{factor}.svg", MEMBER, Bound.CALLER, factor=Id.FACTOR),
    page("GET /settings/account", MEMBER, Bound.CALLER),
    page("POST /settings/account", MEMBER, Bound.CALLER, session=Id.SESSION),
    page("GET /settings/members", MEMBER, Bound.ROWS),
    page("POST /settings/members", MEMBER, Bound.ROWS, person=Id.PERSON, invitation=Id.INVITATION, role=Id.ROLE),
    page("GET /settings/roles", MEMBER, Bound.ROWS),
    page("POST /settings/roles", MEMBER, Bound.ROWS, key=Id.ROLE),
    page("GET /invitation", EVERYBODY, Bound.CALLER),
    page("POST /invitation", EVERYBODY, Bound.CALLER, code=Id.PLAIN),
    page("GET /forgot", EVERYBODY, Bound.ROWS),
    page("POST /forgot", EVERYBODY, Bound.CALLER, email=Id.EMAIL),
    page("GET /reset", EVERYBODY, Bound.ROWS),
    page("POST /reset", EVERYBODY, Bound.CALLER, code=Id.PLAIN),
    page("POST /switch-to", MEMBER, Bound.CALLER, tenant=Id.PLAIN),
    page("POST /switch", EVERYBODY, Bound.SIGNED, ticket=Id.PLAIN),
    page("GET /settings/company", MEMBER),
    page("POST /settings/company", MEMBER, id=Id.SITE, slug=Id.PLAIN),
    page("GET /settings/company/exports/{export}", MEMBER, Bound.ROWS, export=Id.EXPORT),
    page("GET /settings/inboxes", MEMBER),
    page("GET /wall", MEMBER),
    page("GET /reports/promises", MEMBER, key=Id.TEAM),
    page("GET /reports/promises.csv", MEMBER, key=Id.TEAM),
    page("GET /tickets", MEMBER),
    page("GET /tickets/news", MEMBER),
    page("GET /tickets/new", MEMBER, conversation=Id.CONVERSATION),
    page("POST /tickets/new", MEMBER, conversation=Id.CONVERSATION, owner=Id.PERSON, team=Id.TEAM),
    page("GET /tickets/{ticket}", MEMBER, ticket=Id.TICKET),
    page("POST /tickets/{ticket}", MEMBER, ticket=Id.TICKET, owner=Id.PERSON, member=Id.PERSON, item=Id.ITEM),
    page("GET /tickets/{ticket}/news", MEMBER, ticket=Id.TICKET),
    page("GET /t/{token}", EVERYBODY, Bound.SIGNED, token=Id.PLAIN),
    page("POST /t/{token}", EVERYBODY, Bound.SIGNED, token=Id.PLAIN, id=Id.PLAIN),
    page("GET /t/{token}/news", EVERYBODY, Bound.SIGNED, token=Id.PLAIN),
    page("GET /settings/routing", MEMBER),
    page("POST /settings/routing", MEMBER, kind=Id.PLAIN, key=Id.QUEUE, members=Id.PERSON, teams=Id.TEAM),
    page("GET /settings/rules", MEMBER),
    page("POST /settings/rules", MEMBER, kind=Id.PLAIN, key=Id.RULE),
    page("GET /settings/rules/runs", MEMBER, key=Id.RULE),
    page("POST /settings/rules/runs", MEMBER, key=Id.RULE),
    page("GET /settings/rules/runs/{run}", MEMBER, run=Id.DRY_RUN),
    page("POST /settings/rules/runs/{run}", MEMBER, run=Id.DRY_RUN),
    page("GET /settings/tickets", MEMBER),
    page("POST /settings/tickets", MEMBER, kind=Id.PLAIN, key=Id.PLAIN),
    page("GET /settings/audit", MEMBER),
    page("GET /settings/keys", MEMBER),
    page("POST /settings/keys", MEMBER, key=Id.KEY),
    page("GET /settings/webhooks", MEMBER),
    page("POST /settings/webhooks", MEMBER),
    page("GET /settings/webhooks/{webhook}", MEMBER, webhook=Id.WEBHOOK),
    page("POST /settings/webhooks/{webhook}", MEMBER, webhook=Id.WEBHOOK),
    page("GET /settings/webhooks/{webhook}/deliveries/{delivery}", MEMBER, webhook=Id.WEBHOOK, delivery=Id.DELIVERY),
    page("POST /settings/webhooks/{webhook}/deliveries/{delivery}", MEMBER, webhook=Id.WEBHOOK, delivery=Id.DELIVERY),
    page("POST /settings/inboxes", MEMBER, key=Id.INBOX),
    page("GET /try/{key}", EVERYBODY, key=Id.INBOX),
    page("GET /widget.js", EVERYBODY, Bound.SAME),
    page("GET /widget/{key}", EVERYBODY, key=Id.INBOX),
    page("GET /", EVERYBODY, Bound.PLATFORM, host="platform"),
    page("POST /", EVERYBODY, Bound.PLATFORM, host="platform", slug=Id.SLUG, email=Id.EMAIL),
    page("ANY /language", EVERYBODY, Bound.SAME, host="platform"),
    # In the order of a request
    layer("asgi http", Bound.SAME, "Intake counts bytes and passes on."),
    layer("asgi websocket", Bound.HOST, "LiveHost finds the tenant of the host before anything is accepted."),
    layer("asgi lifespan", Bound.SAME, "It starts and stops the process."),
    layer("middleware servestatic.middleware.ServeStaticMiddleware", Bound.SAME, "Our own files, on every host."),
    layer(f"{DJANGO}.security.SecurityMiddleware", Bound.SAME, "Headers."),
    layer(f"{OURS}.headers.DefaultHeaders", Bound.SAME, "Headers."),
    layer("middleware django.contrib.sessions.middleware.SessionMiddleware", Bound.CALLER, "The row says its tenant."),
    layer("middleware django.middleware.locale.LocaleMiddleware", Bound.SAME, "The language, from cookie and header."),
    layer(f"{DJANGO}.common.CommonMiddleware", Bound.SAME, "Headers."),
    layer(f"{DJANGO}.csrf.CsrfViewMiddleware", Bound.SAME, "The token is the cookie's, and cookies are the host's."),
    layer(f"{OURS}.rest.Refusals", Bound.SAME, "Constant texts."),
    layer(f"{OURS}.closing.ClosedTenants", Bound.HOST, "It asks the tenant of the host, and refuses."),
    layer(f"{OURS}.parameters.Parameters", Bound.SAME, "Constant texts, and what the request itself said."),
    layer(f"{OURS}.idempotency.Idempotency", Bound.HOST, "It keeps answers in the host's schema, by caller."),
    layer(f"{OURS}.origin.Origins", Bound.SAME, "From where a request comes, for what is noted about it."),
    layer("middleware tenants.middleware.TenantMiddleware", Bound.HOST, "It finds the tenant and sets the scope."),
)
