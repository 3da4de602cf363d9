"""A company with one of everything that can be stored, made through commands and the API, its mark in every text."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.test import Client

from conversations.channels.webchat.commands import add_inbox
from conversations.contacts.models import Contact
from conversations.definitions.commands import publish
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader, run_readers
from conversations.searching.indexing import READER as SEARCHING
from conversations.threads import commands
from conversations.threads.actors import of_member
from conversations.threads.amending import commands as amending
from conversations.threads.drafting.commands import Written, keep_draft
from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.mail.models import Mail
from tenants.members.commands import add_member
from tenants.members.member import Member
from tenants.members.permissions import KEY_SCOPES
from tenants.members.proof import Proof, Way
from tenants.members.queries import get_members
from tenants.members.sessions import SessionStore, begin
from tenants.origin import from_origin
from tenants.provisioning import sign_up
from tests.architecture.probe.classes import Id
from tests.architecture.probe.mirror.hooks import add_hooks
from tests.architecture.probe.mirror.ids import NEVER
from tests.architecture.probe.mirror.installs import add_installs
from tests.architecture.probe.mirror.life import add_life_things
from tests.architecture.probe.mirror.people import add_people_things
from tests.architecture.probe.mirror.rules import add_rules
from tests.architecture.probe.mirror.work import add_tickets
from tests.browser import Browser
from tests.shop import Guest, Shop
from tests.signing import Partner

PASSWORD: Final = "correct horse 9 battery"
JSON: Final = "application/json"


@dataclass
class Company:
    """One of the two. `mark` is in every text of it and in no text of anybody else's."""

    mark: str
    tenant: TenantRef
    shop: Shop
    owner: Member
    agent: Member
    both: Member  # a person who is a member of the other company, too
    guests: list[Guest] = field(default_factory=list)
    offered: list[UUID] = field(default_factory=list)
    secret: str = ""  # of the key with every scope
    vouches_by: str = ""  # with what its site signs whom it vouches for
    calls_by: str = ""  # with what a system that it has installed signs its calls
    _sessions: dict[UUID, str] = field(default_factory=dict)
    own: dict[Id, str] = field(default_factory=dict)
    never: dict[Id, str] = field(default_factory=lambda: {id_: make() for id_, make in NEVER.items()})

    @property
    def host(self) -> str:
        """Answer where it is served."""
        return f"{self.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"

    def anybody(self, **headers: str) -> Client:
        """Answer a browser that nobody is signed in with."""
        return Browser(headers={"host": self.host, **headers})

    def session_of(self, member: Member, *, by: Way = Way.PASSWORD) -> str:
        """Sign a member in; answer the key of the session."""
        session = SessionStore()
        now = datetime.now(UTC)
        begin(session=session, tenant=self.tenant, person_id=member.person_id, proof=Proof(way=by), now=now)
        with from_origin(address=self.mark, agent=self.mark):
            session.save()
        return str(session.session_key)

    def browser(self, member: Member | None = None, *, fresh: bool = False) -> Client:
        """Answer a browser that a member, by default the owner, is signed in with; a fresh one may be signed out."""
        who = member or self.owner
        if not SessionStore().exists(self._sessions.get(who.person_id, "")):  # people end their own sessions, too
            self._sessions[who.person_id] = self.session_of(who)
        client = self.anybody()
        kept = self._sessions[who.person_id]
        client.cookies[settings.SESSION_COOKIE_NAME] = self.session_of(who) if fresh else kept
        return client

    def offer(self) -> None:
        """Let the owner be offered what waits: a worker that has seen that they are not here has taken it back."""
        for conversation in self.offered:
            queue, team = self.own[Id.QUEUE], self.own[Id.TEAM]
            self.shop.offer(conversation=conversation, to=self.owner.person_id, queue=queue, team=team)

    def installed(self) -> Client:
        """Answer a partner's system that signs as the company's install does."""
        return Partner(secret=self.calls_by, headers={"host": self.host})

    def program(self) -> Client:
        """Answer a program that shows the key."""
        return self.anybody(authorization=f"Bearer {self.secret}")


def open_company(*, both: str) -> Company:
    """Sign a company up and fill it; `both` is the address of somebody who works in several."""
    mark = f"canary-{secrets.token_hex(4)}"
    words: Any = {"name": f"{mark} Ltd", "slug": mark, "email": f"{mark}@example.com", "password": PASSWORD}
    tenant = sign_up(**words, now=datetime.now(UTC), verified=True)
    agent = add_member(tenant=tenant, email=f"{mark}-2@example.com", name=f"{mark} 2", password=PASSWORD, role="agent")
    worker = add_member(tenant=tenant, email=both, name="Both", password=PASSWORD, role="owner")
    company = Company(mark, tenant, Shop(tenant=tenant), _find_owner(tenant, mark), agent, worker)
    company.own |= {
        Id.PERSON: str(agent.person_id),
        Id.INBOX: company.shop.inbox,
        Id.EMAIL: f"{mark}@example.com",
        Id.SLUG: tenant.slug,
    }
    _serve(company)
    _configure(company)
    company.own |= add_hooks(company=company)
    company.own |= add_tickets(company=company)
    company.own |= add_installs(company=company)
    company.own |= add_rules(company=company)
    _leave_behind(company)
    with tenant_context(company.tenant):
        run_readers(readers=[SEARCHING], now=datetime.now(UTC))
    return company


def _find_owner(tenant: TenantRef, mark: str) -> Member:
    return next(member for member in get_members(tenant=tenant) if member.email == f"{mark}@example.com")


def _serve(company: Company) -> None:
    """Let visitors come, talk and be answered; each list has at least two rows, so that there is a cursor."""
    mark, actor, now = company.mark, of_member(member=company.owner), datetime.now(UTC)
    for number in range(3):
        guest = company.shop.welcome(text=f"{mark} asks {number}")
        company.guests.append(guest)
        with tenant_context(company.tenant):
            told = dict.fromkeys(("name", "email", "phone", "external_id"), f"{mark} {number}")
            Contact.objects.filter(id=guest.actor.id).update(**told)  # as a site that vouches for them would tell
            where: Any = {"conversation": guest.conversation, "actor": actor, "now": now}
            commands.post_message(**where, text=f"{mark} began", client_id=f"{mark}-m{number}")
            amending.edit_message(**where, seq=3, text=f"{mark} answers")
            amending.react(**where, seq=2, emoji="👍", on=True)
            for times in range(2):
                commands.add_note(
                    **where, text=f"{mark} notes @{company.agent.name}", client_id=f"{mark}-n{number}{times}"
                )
            for kind in ("answer", "note"):
                drafted: Any = {"conversation": guest.conversation, "kind": kind, "actor": actor, "now": now}
                keep_draft(**drafted, written=Written(text=f"{mark} begins", reply_to=None, version=1))
            there = {**where, "actor": of_member(member=company.agent)}
            commands.add_note(**there, text=f"{mark} notes @{company.owner.name}", client_id=f"{mark}-o{number}")
            commands.tag(**where, add=[f"{mark} tags"], remove=[])
            commands.assign(**where, to=company.agent.person_id)
            if number == 2:
                commands.resolve(**where)

    first = company.guests[0]
    company.own |= {Id.CONVERSATION: str(first.conversation), Id.CONTACT: str(first.actor.id), Id.TOLD: f"{mark} 0"}


def _configure(company: Company) -> None:
    mark, owner = company.mark, company.browser()
    scopes = sorted(KEY_SCOPES)
    made = _call(owner, "post", "/api/v1/keys", {"name": f"{mark} robot", "scopes": scopes}, HTTP_IDEMPOTENCY_KEY=mark)
    company.own[Id.KEY], company.secret = made["id"], made["secret"]
    _call(owner, "post", "/api/v1/keys", {"name": f"{mark} second", "scopes": scopes})
    company.own |= {Id.REPLY: f"{mark}-reply", Id.DEFINITION: f"canned_reply/{mark}-reply"}
    body = {"name": f"{mark} reply", "texts": {"en": f"{mark} says hello"}}
    for name in ("again", "reply"):
        path = f"/api/v1/definitions/canned_reply/{mark}-{name}"
        for title in ("first", "next"):
            saved = _call(owner, "put", f"{path}/draft", {"body": {**body, "name": f"{mark} {title}"}, "revision": 0})
            _call(owner, "post", f"{path}/publish", {"revision": saved["draft"]["revision"]})
        _call(owner, "put", f"{path}/draft", {"body": {**body, "name": f"{mark} later"}, "revision": 0})
    draft = {"body": {"name": f"{mark} lunch", "states": ["away"]}, "revision": 0}
    reason = f"/api/v1/definitions/presence_reason/{mark}-lunch"
    saved = _call(owner, "put", f"{reason}/draft", draft)
    _call(owner, "post", f"{reason}/publish", {"revision": saved["draft"]["revision"]})
    for member in (company.owner, company.agent):
        _call(company.browser(member), "put", "/api/v1/me/presence", {"state": "away", "reason": f"{mark}-lunch"})
    _route(company)
    _know(company)
    path = f"/api/v1/inboxes/{company.shop.inbox}/identity-secrets"
    made = _call(owner, "post", path, {})
    company.own[Id.SECRET], company.vouches_by = made["id"], made["secret"]
    changes = {"name": f"{mark} inbox", "greeting": {"en": f"{mark} greets"}, "origins": [f"https://{mark}.example"]}
    _call(owner, "patch", f"/api/v1/inboxes/{company.shop.inbox}", changes)
    _call(owner, "post", path, {})
    with tenant_context(company.tenant):
        add_inbox(name=f"{mark} second", now=datetime.now(UTC))


def _know(company: Company) -> None:
    """Let something be known of a contact besides."""
    body = {"name": f"{company.mark} note", "type": "text"}
    with tenant_context(company.tenant):
        publish(kind="contact_attribute", key="note", body=body, now=datetime.now(UTC))
    said = {"name": f"{company.mark} known", "attributes": {"note": f"{company.mark} notes"}}
    owner, base = company.browser(), "/api/v1/contacts"
    first, other, third, *_ = [str(guest.actor.id) for guest in company.guests]
    _call(owner, "patch", f"{base}/{first}", said)
    for contact, number in ((other, 1), (third, 1), (first, 0), (first, 1)):
        named = {"kind": "wechat", "value": f"{company.mark}-{number}"}
        company.own[Id.IDENTITY] = _call(owner, "post", f"{base}/{contact}/identities", named)["id"]
    company.own[Id.OTHER] = other
    _agree(company, first)
    for merged in (company.shop.welcome(text=f"{company.mark} again") for _ in range(2)):
        company.own[Id.MERGED] = str(merged.actor.id)
        _call(owner, "post", f"{base}/{merged.actor.id}/merge", {"into": first})


def _agree(company: Company, contact: str) -> None:
    """Let a contact say yes to something, and no again."""
    company.own[Id.PURPOSE] = key = f"{company.mark}-purpose"
    body = {"name": f"{company.mark} offers", "wording": {"en": f"{company.mark} may write"}}
    with tenant_context(company.tenant):
        publish(kind="purpose", key=key, body=body, now=datetime.now(UTC))
    for given in (True, False):
        said = {"given": given, "how": "phone", "note": f"{company.mark} called"}
        _call(company.browser(), "put", f"/api/v1/contacts/{contact}/consents/{key}", said)


def _route(company: Company) -> None:
    """Let there be a team and two queues, and conversations that wait in one and are offered."""
    mark, member = company.mark, company.owner.person_id
    queue, team = f"{mark}-queue", f"{mark}-team"
    bodies: list[tuple[str, str, dict[str, object]]] = [
        ("team", team, {"name": f"{mark} team", "members": [{"member": str(member)}]}),
        ("queue", queue, {"name": f"{mark} queue", "teams": [team]}),
        ("queue", f"{mark}-second", {"name": f"{mark} second"}),
    ]
    with tenant_context(company.tenant):
        for kind, key, body in bodies:
            publish(kind=kind, key=key, body=body, now=datetime.now(UTC))
    for guest in (company.shop.welcome(text=f"{mark} waits") for _ in range(2)):
        company.guests.append(guest)
        for one in (company.agent, company.owner):
            company.shop.invite(conversation=guest.conversation, to=one.person_id)
        company.offered.append(guest.conversation)
    company.own |= {Id.TEAM: team, Id.QUEUE: queue}
    company.offer()


def _call(client: Client, method: str, path: str, body: object, **extra: Any) -> Any:
    response = getattr(client, method)(path, body, content_type=JSON, **extra)
    assert response.status_code < 300, (path, response.content)
    return response.json()


def _leave_behind(company: Company) -> None:
    """What accumulates: a reader's trouble, a mail and a note on their way."""
    mark, tenant, now = company.mark, company.tenant, datetime.now(UTC)

    def fail(_event: Recorded, _now: datetime) -> None:
        raise ValueError(mark)

    with tenant_context(tenant):
        run_readers(readers=[Reader(name=mark, kinds=frozenset({"message.posted.v1"}), apply=fail)], now=now)
    for member in (company.owner, company.owner, company.agent):
        company.session_of(member)
    company.own |= add_people_things(tenant=tenant, mark=mark, member=company.agent, now=now)
    company.own |= add_life_things(tenant=tenant, mark=mark, member=company.owner, now=now)
    note_: Any = {"who": who_is(caller=company.owner), "action": "member.role_changed", "now": now}
    with platform_context(), from_origin(address=mark, agent=mark):
        target = Target(kind="member", id=mark, label=mark)
        note(tenant=tenant.id, target=target, before={"name": mark}, after={"name": mark}, **note_)
        # As queue_mail leaves it, but never due: whatever else runs on this database would send it.
        words = {"to": f"{mark}@example.com", "subject": mark, "body": mark, "error": mark, "template": "probe"}
        Mail.objects.create(tenant=tenant.id, queued_at=now, **words)
