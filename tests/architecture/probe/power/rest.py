"""Leaks over HTTP: hosts, sessions, keys, visitors' tokens, cursors, ids, kept answers, limits."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from conversations.threads.models import ConversationRow
from tenants.context import TenantRef, current_tenant, platform_context, tenant_context
from tenants.exports.models import Export
from tenants.members.proof import Proof, Way
from tenants.members.queries import Colleague, member_from
from tenants.models import Membership
from tenants.refusals import NotFound
from tenants.secrets import Unreadable
from tests.architecture.probe.power.seeding import Check, Place, Seeded, instead, together
from tests.architecture.probe.rest import checks, credentials


def _credentials(kind: str, only: str = "GET /api/v1/c") -> Check:
    """Only calls that write nothing: what a leak writes would be found by later checks."""
    return Check(
        f"credentials: {kind}",
        lambda place: credentials.check_credentials(place.ours, place.theirs, of=kind, only=only),
    )


def _ids(only: str) -> Check:
    return Check(f"ids: {only}", lambda place: checks.check_ids(place.ours, place.theirs, only=only))


KEPT: Final = Check("kept answers", lambda place: credentials.check_kept(place.ours, place.theirs))


def elsewhere(place: Place) -> TenantRef:
    """Answer the one of the two companies that is not set."""
    return place.ours.tenant if current_tenant() == place.theirs.tenant else place.theirs.tenant


def also_elsewhere(find: Any, place: Place) -> Any:
    """Answer a look-up that goes on in the other company where it found nothing."""

    def look(**asked: Any) -> Any:
        found = find(**asked)
        if found is None:
            with tenant_context(elsewhere(place)):
                found = find(**asked)
        return found

    return look


def taken_for_ours(find: Any, place: Place) -> Any:
    """Look in both companies, and not at whose inbox a token is bound to."""
    look = also_elsewhere(find, place)

    def known(**asked: Any) -> Any:
        found = look(**asked)
        company = place.ours if current_tenant() == place.ours.tenant else place.theirs
        return found and replace(found, inbox=company.shop.inbox)

    return known


def any_session(seat: Any, _: Place) -> Any:
    """Take a session for one of whichever host it is shown on; middleware and look-up each have a wall here."""

    def as_tenant(self: Any, request: Any, tenant: TenantRef) -> Any:
        if "tenant" in request.session:
            request.session._session_cache = {**request.session._session, "tenant": str(tenant.id)}
        return seat(self, request, tenant)

    return as_tenant


def _of_any_tenant(unseal: Any, place: Place) -> Any:
    """Open what was sealed for either company."""

    def look(**said: Any) -> Any:
        try:
            return unseal(**said)
        except Unreadable:
            return unseal(**{**said, "tenant": elsewhere(place).id})

    return look


def _telling(get: Any, place: Place) -> Any:
    """Say of a conversation that it is another company's."""

    def look(*, conversation: UUID) -> Any:
        try:
            return get(conversation=conversation)
        except NotFound:
            with tenant_context(elsewhere(place)):
                if ConversationRow.objects.filter(id=conversation).exists():
                    raise NotFound(detail="This is not yours.") from None
            raise

    return look


def _found_elsewhere(get: Any, place: Place) -> Any:
    def look(*, conversation: UUID) -> Any:
        try:
            return get(conversation=conversation)
        except NotFound:
            with tenant_context(elsewhere(place)):
                return get(conversation=conversation)

    return look


def _any_export(_: Any, __: Place) -> Any:
    def find(*, export: UUID) -> Export:
        with platform_context():
            row = Export.objects.filter(id=export).first()
        if row is None:
            raise NotFound
        return row

    return find


def _any_member(_: Any, __: Place) -> Any:
    def get() -> list[Colleague]:
        with platform_context():
            members = [member_from(row) for row in Membership.objects.select_related("person", "own_role")]
            return [Colleague(each.person_id, each.name, each.permissions, each.role) for each in members]

    return get


def _other_members(get: Any, place: Place) -> Any:
    return lambda **asked: get(**{**asked, "tenant": elsewhere(place)})


def _kept_by_process(run: Any, _: Place) -> Any:
    kept: dict[tuple[str, str], Any] = {}

    def once(*, asked: Any, now: Any, run: Any) -> Any:
        found = kept.get((asked.caller, asked.key))
        if found is None:
            kept[asked.caller, asked.key] = run()
        return found

    return once


class _Anything(str):
    """Equal to every inbox's key."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def _of_any_inbox(find: Any, _: Place) -> Any:
    def look(**asked: Any) -> Any:
        known = find(**asked)
        return known and SimpleNamespace(contact=known.contact, identity=known.identity, inbox=_Anything(known.inbox))

    return look


LEAKS: Final = (
    Seeded(
        "every host is the first one's",
        instead(
            "tenants.queries.LOOKUPS.find",
            lambda _, place: lambda **__: place.ours.tenant,
        ),
        Check("hosts", lambda place: credentials.check_hosts(place.ours, place.theirs)),
    ),
    Seeded(
        "sessions are good on every host",
        instead("tenants.middleware.TenantMiddleware._as_tenant", any_session),
        _credentials("session"),
    ),
    Seeded(
        "a provider's word is taken for the person's own",
        instead("tenants.members.switching.queries.proof_of", lambda _, __: lambda **__: Proof(way=Way.PASSWORD)),
        Check("lent", lambda p: credentials.check_lent(p.ours, p.theirs, only="GET /api/v1/me/tenants")),
    ),
    Seeded(
        "keys are looked for in every schema",
        instead("conversations.access.authentication.find_bearer", also_elsewhere),
        _credentials("key"),
    ),
    Seeded(
        "visitors are looked for in every schema",
        instead("conversations.channels.webchat.authentication.find_visitor", taken_for_ours),
        _credentials("visitor", "live-tickets"),
    ),
    Seeded(
        "a visitor's token is good for every inbox",
        instead("conversations.channels.webchat.commands.find_visitor", _of_any_inbox),
        Check("inboxes", lambda place: credentials.check_inboxes(place.ours)),
    ),
    Seeded(
        "cursors are anybody's",
        instead("tenants.paging.unseal_alike", _of_any_tenant),
        Check("cursors", lambda place: checks.check_cursors(place.ours, place.theirs, only="contacts")),
        kinds=frozenset({"cursor"}),
    ),
    Seeded(
        "exports are looked for in every company",
        instead("tenants.exports.api.get_export", _any_export),
        _ids("/exports/{export}"),
    ),
    Seeded(
        "conversations are looked for in every schema",
        instead("conversations.threads.queries.get_conversation", _found_elsewhere),
        _ids("GET /api/v1/conversations/{conversation}"),
    ),
    Seeded(
        "404 says more of what is another's",
        instead("conversations.threads.queries.get_conversation", _telling),
        _ids("GET /api/v1/conversations/{conversation}"),
    ),
    Seeded(
        "anybody's member can be assigned",
        instead("conversations.threads.commands.get_colleagues", _any_member),
        _ids("/assign"),
        spoils=True,
    ),
    Seeded(
        "another company's members are listed",
        instead("tenants.members.people.api.get_page", _other_members),
        Check("everything", lambda p: checks.check_everything(p.ours, p.theirs, only="GET /api/v1/members")),
    ),
    Seeded(
        "kept answers are every caller's",
        instead("conversations.access.answers.Asked.digest", lambda _, __: property(lambda self: self.key)),
        KEPT,
    ),
    Seeded(
        "kept answers are every company's",
        instead("config.idempotency.run_in_transaction", _kept_by_process),
        KEPT,
    ),
    Seeded(
        "limits are counted for all together",
        instead("conversations.access.throttle.current_tenant", lambda _, __: lambda: SimpleNamespace(schema="all")),
        Check("limits", lambda place: credentials.check_limits(place.ours, place.theirs)),
    ),
    Seeded(
        "who manages keys is not asked",
        together(
            instead("conversations.access.api._manager", lambda _, __: lambda request: request.user),
            instead("conversations.access.scopes._check", lambda _, __: lambda *_: None),
        ),
        Check("who", lambda place: checks.check_who(place.ours, only="GET /api/v1/keys")),
    ),
)
