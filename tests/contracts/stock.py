"""A company with one of everything that the API can name, made anew for each call."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import F
from django.test import Client

from conversations.automation.models import DryRun
from conversations.channels.webchat.commands import change_inbox
from conversations.definitions.commands import publish
from conversations.threads.actors import SYSTEM
from tenants.context import platform_context, tenant_context
from tenants.domains.models import Domain
from tenants.exports.commands import get_storage
from tenants.exports.models import Export
from tenants.members.models import Invitation
from tenants.models import Membership, OldSlug, Session, SsoIdentity, Tenant
from tenants.queries import forget_tenant
from tests.authenticator import Authenticator
from tests.conftest import PASSWORD, ClientFor, MakeMember
from tests.contracts.ticketing import Ticketing
from tests.naming import Names
from tests.rows import NOW
from tests.shop import Guest, Shop
from tests.signing import Partner

JSON = "application/json"
PARTNERS: list[str] = []  # the address of a server that takes all webhooks, while one is served
CANNED = {"name": "Hello", "texts": {"en": "Hi {{contact.name}}!", "zh": "{{contact.name}}，您好！"}}


@dataclass
class Stock:
    """A shop, its owner's browser, and how to get more."""

    shop: Shop
    owner: Client
    anybody: Client
    make_member: MakeMember
    partner: Partner
    dns: Names | None = None
    words: dict[str, Any] = field(default_factory=dict)  # what an example stands for

    def client_for(self, path: str, guest: Guest) -> Client:
        """Answer who makes a call: visitors at their door, the owner everywhere else."""
        if path == "/api/v1/visitors/current":
            guest = self.shop.welcome()  # or the guest could not come in again
        if path.startswith(("/api/v1/visitors/conversations/", "/api/v1/visitors/tickets")) or path in {
            "/api/v1/visitors/conversation",
            "/api/v1/visitors/current",
            "/api/v1/visitors/queue",
        }:
            self.anybody.defaults["HTTP_AUTHORIZATION"] = guest.headers["authorization"]
        else:
            self.anybody.defaults.pop("HTTP_AUTHORIZATION", None)
        if path.startswith("/api/v1/inbound/"):
            self.install()
            return self.partner
        return self.anybody if path.startswith("/api/v1/visitors") else self.owner

    def names(self, path: str, method: str, guest: Guest) -> dict[str, Any]:
        """Answer something that is there for every parameter of a path."""
        if path.startswith("/api/v1/definitions/{kind}"):
            drafted = (path.endswith("/draft") and method != "PUT") or path.endswith("/publish")
            key = self.reply(published=not drafted, draft=drafted or path.endswith("/diff"))
            return {"kind": "canned_reply", "key": key, "version": 1}
        if "{webhook}" in path:
            return {"webhook": self.hook(), "delivery": self.delivery() if "{delivery}" in path else ""}
        for name, make in self._made_anew.items():
            if f"{{{name}}}" in path:
                return {name: make(), **(Ticketing(self).ticket(path) if "{ticket}" in path else {})}
        if path.startswith("/api/v1/inboxes"):
            return {"key": self.shop.inbox, "secret": self.identity_secret() if "{secret}" in path else ""}
        if path == "/api/v1/company/deletion":
            return self.ask_for_deletion() if method == "DELETE" else {}
        return self._of_guest(path, guest) or self._others(path, guest)

    def _of_guest(self, path: str, guest: Guest) -> dict[str, Any]:
        if path.startswith("/api/v1/visitors/tickets/"):
            return {"ticket": Ticketing(self).own_ticket(guest, solved=path.endswith(("/confirm", "/reopen")))}
        if "{purpose}" not in path:
            return {}
        with tenant_context(self.shop.tenant):
            publish(kind="purpose", key="offers", body={"name": "Offers", "wording": {"en": "May we?"}}, now=NOW)
        return {"contact": str(guest.actor.id), "purpose": "offers"}

    def _others(self, path: str, guest: Guest) -> dict[str, Any]:
        self.words["THE-ID-OF-A-CONVERSATION"] = str(guest.conversation)
        self._automate(path)
        if path.startswith("/api/v1/sso/domains/"):
            return {"domain": self.domain()}
        if path.startswith("/api/v1/domains/"):
            return {"domain": self.site()}
        if path.startswith("/api/v1/me/") and "{kind}" not in path:
            return {"factor": self.factor(confirmed=not path.endswith("/confirm"))}
        if path.endswith("/invite"):
            self.words["THE-ID-OF-A-COLLEAGUE"] = str(self.make_member(self.shop.tenant, role="agent").person_id)
        if path.endswith(("/join", "/decline-invitation")):
            return {"conversation": self.invite()}
        if path.endswith("/snooze"):
            owner = self.owner.get("/api/v1/me").json()["person"]["id"]
            self.owner.post(f"/api/v1/conversations/{guest.conversation}/assign", {"member": owner}, content_type=JSON)
        if path.endswith(("/accept", "/decline", "/transfer")):
            return {"conversation": self.offer()}
        if path.startswith("/api/v1/contacts/"):
            self.words["THE-ID-OF-ANOTHER-CONTACT"] = str(self.welcome().actor.id)
        more = Ticketing(self).ticket(path) if "{ticket}" in path else self.contact(path, guest)
        said: dict[str, Any] = {"seq": self.say(path, guest)} if "{seq}" in path else {"kind": "answer"}
        return {"conversation": str(guest.conversation), "key": self.key(), **more, **said}

    def say(self, path: str, guest: Guest) -> int:
        """Answer the seq of a message that whoever makes the call may change: the guest's first, or a new one."""
        if path.startswith("/api/v1/visitors/"):
            return 2
        path = f"/api/v1/conversations/{guest.conversation}/messages"
        said = self.owner.post(path, {"text": "On its way"}, content_type=JSON).json()
        return int(said["seq"])

    def welcome(self) -> Guest:
        """Let a new guest come, whatever has been made of the inbox meanwhile."""
        with tenant_context(self.shop.tenant):
            change_inbox(key=self.shop.inbox, changes={"require_vouching": False}, actor=SYSTEM, now=datetime.now(UTC))
        return self.shop.welcome(text="hello")

    def dry_run(self) -> str:
        """Start a dry run of the rule `hello`; answer its id."""
        self._automate("/api/v1/dry-runs")
        made: dict[str, str] = self.owner.post("/api/v1/dry-runs", {"rule": "hello"}, content_type=JSON).json()
        return made["id"]

    def _automate(self, path: str) -> None:
        """Let there be a rule and a macro `hello`, and no dry run under way, where a path asks for them."""
        about = "ticket" if "{ticket}" in path else "conversation"
        act = [{"do": "note", "text": "Hello"}]
        rule = {"name": "Hello", "when": {"event": "message.received"}, "actions": act}
        with tenant_context(self.shop.tenant):
            if path.endswith("/macro"):
                publish(kind="macro", key="hello", body={"name": "M", "about": about, "actions": act}, now=NOW)
            if path.startswith("/api/v1/dry-runs"):
                publish(kind="rule", key="hello", body=rule, now=NOW)
                DryRun.objects.filter(state="running").update(state="cancelled")

    def offer(self) -> str:
        """Offer the owner a new guest's conversation, by the queue `help`; answer its id."""
        guest = self.welcome()
        owner = UUID(self.owner.get("/api/v1/me").json()["person"]["id"])
        with tenant_context(self.shop.tenant):
            for key in ("help", "second"):
                publish(kind="queue", key=key, body={"name": key}, now=datetime.now(UTC))
        self.shop.offer(conversation=guest.conversation, to=owner, queue="help")
        return str(guest.conversation)

    def invite(self) -> str:
        """Invite the owner to a new guest's conversation; answer its id."""
        guest = self.welcome()
        owner = UUID(self.owner.get("/api/v1/me").json()["person"]["id"])
        self.shop.invite(conversation=guest.conversation, to=owner)
        return str(guest.conversation)

    def contact(self, path: str, guest: Guest) -> dict[str, Any]:
        """Answer a guest as a contact, with what else the path names of one; whose merge is undone was merged."""
        other = self.words.get("THE-ID-OF-ANOTHER-CONTACT", "")
        found = {"contact": str(guest.actor.id), "other": other}
        base = f"/api/v1/contacts/{guest.actor.id}"
        if "{identity}" in path:
            body = {"kind": "wechat", "value": secrets.token_hex(4)}
            found["identity"] = self.owner.post(f"{base}/identities", body, content_type=JSON).json()["id"]
        if path.endswith("/unmerge"):
            self.owner.post(f"{base}/merge", {"into": other}, content_type=JSON)
        return found

    def ask_for_deletion(self) -> dict[str, Any]:
        """Let there be one to be taken back."""
        asked = self.owner.post("/api/v1/company/deletion", {"password": PASSWORD}, content_type=JSON)
        assert asked.status_code in {202, 409}, asked.content
        return {}

    def export(self) -> str:
        """Answer the id of an export that is ready."""
        with platform_context():
            found = Export.objects.filter(tenant_id=self.shop.tenant.id, state="ready").first()
            if found is None:
                said: Any = {"asked_by": self.shop.tenant.id, "asked_at": NOW, "state": "ready", "size": 1}
                found = Export.objects.create(tenant_id=self.shop.tenant.id, **said)
                get_storage().save(found.file, ContentFile(b"x"))
        return str(found.id)

    def site(self) -> str:
        """Name a domain of the company's own; answer its id."""
        with platform_context():
            name, token = f"{secrets.token_hex(4)}.example.net", secrets.token_hex(16)
            row = Domain.objects.create(tenant_id=self.shop.tenant.id, name=name, token=token, claimed_at=NOW)
        return str(row.id)

    def move_back(self) -> None:
        """Give the company the address that every client here asks under."""
        with platform_context():
            Tenant.objects.filter(id=self.shop.tenant.id).update(slug=self.shop.tenant.slug)
            OldSlug.objects.filter(tenant_id=self.shop.tenant.id).delete()
        forget_tenant(tenant_id=self.shop.tenant.id)

    def open(self) -> None:
        """Take back what made the company closed."""
        taken = self.owner.delete("/api/v1/company/deletion")
        assert taken.status_code in {204, 404}, taken.content

    def identity_secret(self) -> str:
        """Answer the id of one of the inbox's secrets; make one if there is none."""
        path = f"/api/v1/inboxes/{self.shop.inbox}/identity-secrets"
        found = self.owner.get(path).json()["results"] or [self.owner.post(path, {}, content_type=JSON).json()]
        return str(found[0]["id"])

    def factor(self, *, confirmed: bool) -> str:
        """Give the owner an authenticator app, confirmed or about to be; answer its id. A security key signs, too."""
        path = "/api/v1/me/factors"
        begun = self.owner.post(path, {"name": "Phone"}, content_type=JSON).json()
        code = pyotp.TOTP(begun["secret"]).at(datetime.now(UTC))
        if confirmed:
            done = self.owner.post(f"{path}/{begun['id']}/confirm", {"code": code}, content_type=JSON)
            assert done.status_code == 200, done.content
        self.words["THE-CODE-OF-AN-APP"] = code
        challenge = self.owner.post("/api/v1/me/webauthn/challenge", {"purpose": "register"}, content_type=JSON)
        key = Authenticator(origin=f"http://{self.shop.tenant.slug}.localhost")
        self.words["THE-ANSWER-OF-A-KEY"] = key.create(challenge.json()["options"])
        return str(begun["id"])

    @property
    def _made_anew(self) -> dict[str, Callable[[], str]]:
        return {
            "person": self.colleague,
            "role": self.role,
            "invitation": self.invitation,
            "session": self.session,
            "connection": self.connection,
            "export": self.export,
            "install": self.install,
            "run": self.dry_run,
        }

    def domain(self) -> str:
        """Enter a domain that the DNS has the record of; answer its id."""
        made = self.owner.post("/api/v1/sso/domains", {"domain": f"{secrets.token_hex(4)}.example"}, content_type=JSON)
        said = made.json()
        if self.dns is not None:
            self.dns.put(said["record_name"], "TXT", f'"{said["record_text"]}"')
        return str(said["id"])

    def hook(self) -> str:
        """Answer the id of a webhook at a partner's that answers challenges; make one if there is none."""
        body = {"url": PARTNERS[0]}
        found = [one for one in self.owner.get("/api/v1/webhooks").json()["results"] if one["url"] == PARTNERS[0]]
        made = found[0] if found else self.owner.post("/api/v1/webhooks", body, content_type=JSON).json()
        if made["proved_at"] is None:
            proved = self.owner.post(f"/api/v1/webhooks/{made['id']}/verify", {}, content_type=JSON)
            assert proved.status_code == 200, proved.content
        return str(made["id"])

    def install(self) -> str:
        """Answer the id of an install by whose secret the partner signs; make one if there is none."""
        found = [one for one in self.owner.get("/api/v1/installs").json()["results"] if one["id"] == self.partner.known]
        if not found:
            scopes = ["conversations.reply", "contacts.edit", "tickets.handle"]
            body = {"name": "Partner", "scopes": scopes, "inbox": self.shop.inbox}
            made = self.owner.post("/api/v1/installs", body, content_type=JSON).json()
            self.partner.known, self.partner.secret = made["id"], made["secret"]
        return self.partner.known

    def delivery(self) -> str:
        """Send the webhook a test; answer the delivery's id."""
        tested = self.owner.post(f"/api/v1/webhooks/{self.hook()}/test", {}, content_type=JSON)
        assert tested.status_code == 202, tested.content
        return str(tested.json()["id"])

    def key(self) -> str:
        """Make an API key; answer its id."""
        body = {"name": "Robot", "scopes": ["members.view"]}
        made: dict[str, str] = self.owner.post("/api/v1/keys", body, content_type=JSON).json()
        return made["id"]

    def colleague(self) -> str:
        """Make a member; answer their id."""
        return str(self.make_member(self.shop.tenant).person_id)

    def role(self) -> str:
        """Define a role; answer its key. It has revision 1."""
        key = f"r-{secrets.token_hex(4)}"
        made = self.owner.post("/api/v1/roles", {"key": key, "name": "R", "permissions": []}, content_type=JSON)
        assert made.status_code == 201, made.content
        return key

    def invitation(self) -> str:
        """Invite somebody, a while ago; answer the invitation's id."""
        body = {"email": f"i-{secrets.token_hex(6)}@example.com", "role": "agent"}
        made: dict[str, str] = self.owner.post("/api/v1/invitations", body, content_type=JSON).json()
        with platform_context():
            Invitation.objects.filter(id=made["id"]).update(sent_at=F("sent_at") - timedelta(hours=1))
        return made["id"]

    def connection(self) -> str:
        """Let a sign-in service mean the owner; answer the connection's id."""
        found, tenant = self.owner.get("/api/v1/me").json()["person"]["id"], self.shop.tenant.id
        with platform_context():
            said: dict[str, Any] = {"issuer": "https://id.example", "subject": secrets.token_hex(4), "created_at": NOW}
            membership = Membership.objects.get(tenant_id=tenant, person_id=found)
            row = SsoIdentity.objects.create(tenant_id=tenant, membership=membership, **said)
        return str(row.id)

    def session(self) -> str:
        """Sign the owner in elsewhere; answer the session's id."""
        found = self.owner.get("/api/v1/me").json()["person"]["id"]
        with platform_context():
            row = Session.objects.create(
                session_key=secrets.token_hex(16),
                session_data="",
                expire_date=datetime.now(UTC) + timedelta(days=1),
                tenant_id=self.shop.tenant.id,
                person_id=found,
            )
        return str(row.id)

    def reply(self, *, published: bool, draft: bool) -> str:
        """Write a canned reply, in force or as a draft or both; answer its key. The first draft has revision 1."""
        key = f"r-{secrets.token_hex(4)}"
        path = f"/api/v1/definitions/canned_reply/{key}"
        if published:
            self._draft(path, CANNED)
            done = self.owner.post(f"{path}/publish", {"revision": 1}, content_type=JSON)
            assert done.status_code == 200, done.content
        if draft:
            self._draft(path, {**CANNED, "name": "Again"})
        return key

    def _draft(self, path: str, body: object) -> None:
        saved = self.owner.put(f"{path}/draft", {"body": body, "revision": 0}, content_type=JSON)
        assert saved.status_code == 200, saved.content


def stock_up(*, shop: Shop, make_member: MakeMember, client_for: ClientFor, email: str | None = None) -> Stock:
    """Open a company."""
    owner = make_member(shop.tenant, role="owner", email=email)
    partner = Partner(headers={"host": f"{shop.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"})
    return Stock(shop, client_for(shop.tenant, owner), client_for(shop.tenant), make_member, partner)


def fill(value: Any, stock: Stock) -> Any:
    """Answer an example with what it stands for put in."""
    if isinstance(value, dict):
        return {name: fill(part, stock) for name, part in value.items()}
    return (
        {"THE-KEY-OF-AN-INBOX": stock.shop.inbox, **stock.words}.get(value, value) if isinstance(value, str) else value
    )
