"""Everything comes back: domains, sign-in, invitations, flags, secrets and the audit; each where it may."""

import hashlib
import io
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from uuid_utils.compat import uuid7

from conversations.access.commands import make_key
from conversations.access.queries import find_bearer
from conversations.audit.commands import carry_notes
from conversations.audit.queries import judge
from conversations.channels.webchat.vouching.commands import make_secret
from conversations.channels.webchat.vouching.queries import get_live
from conversations.definitions.inbox.queries import find_inbox
from conversations.threads.actors import of_member
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.exports.restoring import Restored, restore
from tenants.mail.models import Mail
from tenants.members.codes import hash_code, new_code
from tenants.members.invitations.commands import send_again
from tenants.members.invitations.joining import look
from tenants.members.invitations.queries import status_of
from tenants.members.invitations.refusals import InvitationWithdrawn
from tenants.members.member import Member
from tenants.models import (
    AuditNote,
    Departure,
    Domain,
    Invitation,
    Membership,
    OldSlug,
    OwnRole,
    SsoDomain,
    SsoIdentity,
    SsoProvider,
    Tenant,
)
from tenants.provisioning.deletion import _delete
from tenants.provisioning.suspension import suspend
from tenants.secrets import seal, unseal
from tenants.sso.going import SECRET
from tests.apps.members.mails import code_to
from tests.apps.tenants.exports.archives import NOW, Files, broken, contents, edit, rows, written
from tests.conftest import MakeMember, MakeTenant
from tests.shop import Shop

PROVIDERS_SECRET: Final = "between the two of us"
# Whose rows they are, and which ones: those differ. A sealed text is never twice the same.
NAMES: Final = frozenset({"id", "tenant_id", "tenant", "schema", "own_role_id", "membership_id", "secret", "slug"})
AS_THEY_WERE: Final = (
    "departures",
    "domains",
    "invitations",
    "memberships",
    "old_slugs",
    "persons",
    "roles",
    "sso_domains",
    "sso_identities",
    "sso_providers",
    "tenants",
)


@dataclass
class Whole:
    """A company that has everything."""

    shop: Shop
    owner: Member
    code: str
    key: str
    shared: str
    domain: str

    @property
    def tenant(self) -> TenantRef:
        return self.shop.tenant


@pytest.fixture
def whole(busy: Shop, owner: Member) -> Whole:
    code, domain = new_code(), f"chat-{secrets.token_hex(4)}.example.com"
    with tenant_context(busy.tenant):
        inbox = find_inbox(key=busy.inbox)
        assert inbox
        _, shared = make_secret(inbox=inbox, by=of_member(member=owner), now=NOW)
        _, key = make_key(name="R", scopes=["members.view"], networks=[], expires_at=None, by=owner, now=NOW)
    with platform_context():
        fill(busy.tenant, owner, code, domain)
    return Whole(busy, owner, code, key, shared, domain)


def fill(tenant: TenantRef, owner: Member, code: str, domain: str) -> None:
    is_: dict[str, Any] = {"tenant_id": tenant.id}
    soon, at = datetime.now(UTC) + timedelta(days=3), NOW
    role = OwnRole.objects.create(**is_, key="night", name="Night shift", permissions=["conversations.view"])
    Domain.objects.create(**is_, name=domain, token="t-1", state="verified", claimed_at=at, verified_at=at, next_at=at)
    OldSlug.objects.create(**is_, slug=f"old-{secrets.token_hex(6)}", until=soon)
    SsoDomain.objects.create(**is_, domain=domain, token="t-2", proved_at=at)
    provider = SsoProvider(**is_, issuer="https://id.example", client_id="c", role="agent", is_on=True)
    provider.secret = seal(text=PROVIDERS_SECRET, purpose=SECRET, tenant=tenant.id, row=provider.id)
    provider.save()
    membership = Membership.objects.get(**is_, person_id=owner.person_id)
    SsoIdentity.objects.create(**is_, issuer="https://id.example", subject="1", membership=membership, created_at=at)
    asked: dict[str, Any] = {"language": "en", "invited_at": at, "sent_at": at, "expires_at": soon}
    first = Invitation(**is_, email="a@x.example", role="agent", code=hash_code(code=code), **asked)
    first.invited_by_id = owner.person_id
    first.save()
    Invitation.objects.create(**is_, email="b@x.example", role="own", own_role=role, code="0" * 64, **asked)
    Departure.objects.create(**is_, person=tenant.id, due_at=soon)
    Tenant.objects.filter(id=tenant.id).update(require_second_factor=True, sso_only=True)


def brought_back(file: io.BytesIO, tenant: TenantRef) -> Restored:
    return restore(file=file, slug=f"again-{tenant.slug[2:10]}", now=NOW)


def delete(tenant: TenantRef) -> None:
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(deletion_asked_at=NOW, delete_at=NOW)
        assert _delete(tenant.id, NOW)


def plain(files: Files, table: str) -> list[dict[str, Any]]:
    said = [{k: v for k, v in row.items() if k not in NAMES} for row in rows(files, f"public/{table}.ndjson")]
    return sorted(said, key=json.dumps)


def test_a_company_that_is_gone_comes_back_whole(whole: Whole) -> None:
    file = written(whole.tenant)
    delete(whole.tenant)
    done = brought_back(file, whole.tenant)
    assert (done.losses, done.is_ours) == ((), True)
    before, after = contents(file), contents(written(done.tenant))
    for table in AS_THEY_WERE:
        told = plain(before, table)
        assert told, table
        for row in told if table == "persons" else ():
            row["verified_at"] = None  # they are new here, and an archive proves nobody's address
        for row in told if table == "domains" else ():
            row["next_at"] = NOW.isoformat()  # it is looked at now
        assert plain(after, table) == told, table
    for name in (name for name in before if name.startswith("tenant/") and "identity_secret" not in name):
        assert after[name] == before[name], name
    served = Client().get("/sign-in", headers={"host": whole.domain})
    assert served.status_code == 200
    assert len(rows(after, "public/audit_notes.ndjson")) == len(rows(before, "public/audit_notes.ndjson")) + 1


@pytest.mark.parametrize("is_gone", [True, False])
def test_secrets_work_where_it_is_now(whole: Whole, is_gone: bool) -> None:
    file = written(whole.tenant)
    if is_gone:
        delete(whole.tenant)
    done = brought_back(file, whole.tenant)
    with tenant_context(done.tenant):
        (secret,) = get_live(inbox=whole.shop.inbox)
        assert secret.text == whole.shared
        bearer = find_bearer(secret=whole.key, address="203.0.113.9", now=datetime.now(UTC))
        assert bearer
        assert bearer.tenant_id == done.tenant.id
    with platform_context():
        row = SsoProvider.objects.get(tenant_id=done.tenant.id)
        assert unseal(sealed=row.secret, purpose=SECRET, tenant=done.tenant.id, row=row.id) == PROVIDERS_SECRET
    assert look(tenant=done.tenant, code=whole.code, now=datetime.now(UTC)).email == "a@x.example"
    if not is_gone:
        assert look(tenant=whole.tenant, code=whole.code, now=datetime.now(UTC)).email == "a@x.example"


def test_nobody_loses_a_domain_or_an_address(whole: Whole) -> None:
    done = brought_back(written(whole.tenant), whole.tenant)
    with platform_context():
        states = {d.tenant_id: (d.state, d.token) for d in Domain.objects.filter(name=whole.domain)}
        assert states == {whole.tenant.id: ("verified", "t-1"), done.tenant.id: ("pending", "t-1")}
        assert not OldSlug.objects.filter(tenant_id=done.tenant.id).exists()
    assert [whole.domain in loss for loss in done.losses].count(True) == 1
    assert ["old address" in loss for loss in done.losses].count(True) == 1


def test_what_was_made_up_elsewhere_proves_nothing(whole: Whole) -> None:
    """Somebody writes a domain that they read the token of in the DNS into an archive of their own."""
    file = broken(written(whole.tenant), lambda files: edit(files, lambda said: said.update(name="Mine")))
    delete(whole.tenant)
    done = brought_back(file, whole.tenant)
    assert not done.is_ours
    with platform_context():
        domain = Domain.objects.get(tenant_id=done.tenant.id)
        assert (domain.state, domain.token != "t-1") == ("pending", True)
        proof = SsoDomain.objects.get(tenant_id=done.tenant.id)
        assert (proof.proved_at, proof.token != "t-2") == (None, True)
        assert not OldSlug.objects.filter(tenant_id=done.tenant.id).exists()


def test_whom_a_made_up_archive_names_is_asked(whole: Whole, make_member: MakeMember, make_tenant: MakeTenant) -> None:
    """An export whose owner wrote somebody else into it, and a provider that says who they are."""
    victim = make_member(make_tenant(), role="owner", name="Victim")

    def forge(files: Files) -> None:
        person, membership = rows(files, "public/persons.ndjson")[0], rows(files, "public/memberships.ndjson")[0]
        identity = rows(files, "public/sso_identities.ndjson")[0]
        person |= {"id": str(victim.person_id), "email": victim.email}
        membership |= {"id": str(uuid7()), "person_id": person["id"], "role": "owner", "own_role_id": None}
        identity |= {
            "id": str(uuid7()),
            "subject": "9",
            "issuer": "https://evil.example",
            "membership_id": membership["id"],
        }
        for name, row in (("persons", person), ("memberships", membership), ("sso_identities", identity)):
            files[f"public/{name}.ndjson"] += json.dumps(row).encode() + b"\n"
        edit(files, lambda said: said.update(name="Mine"))
        resum(files)

    done = brought_back(broken(written(whole.tenant), forge), whole.tenant)
    with platform_context():
        assert not Membership.objects.filter(tenant_id=done.tenant.id).exists(), "all of them are known here"
        assert not SsoIdentity.objects.filter(tenant_id=done.tenant.id).exists()
        provider = SsoProvider.objects.get(tenant_id=done.tenant.id)
        assert (provider.secret, provider.is_on) == ("", False)
        asked = Invitation.objects.filter(tenant_id=done.tenant.id, role="owner", withdrawn_at=None)
        assert {row.email for row in asked} >= {victim.email, whole.owner.email}
        letters = Mail.objects.filter(tenant=done.tenant.id, template="invitation")
        assert {letter.to for letter in letters} >= {victim.email, whole.owner.email}


def test_under_another_key_ring_it_says_what_is_missing(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    file, slug = tmp_path / "x.tar.gz", f"again-{whole.tenant.slug[2:10]}"
    file.write_bytes(written(whole.tenant).getvalue())
    monkeypatch.setattr(settings, "YUNKE_KEYS", "other:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    call_command("restore_tenant", str(file), slug=slug)
    told = capsys.readouterr().out
    assert "not made with this key ring" in told
    assert told.count("the key ring does not open its secret") == 1
    assert told.count("its secret is not believed") == 1
    with platform_context():
        tenant = Tenant.objects.get(slug=slug)
        provider = SsoProvider.objects.get(tenant_id=tenant.id)
        assert (provider.secret, provider.is_on, tenant.sso_only) == ("", False, False)
        ref = tenant.ref
    with tenant_context(ref):
        assert get_live(inbox=whole.shop.inbox) == []


def test_a_closed_company_comes_back_open(whole: Whole) -> None:
    suspend(slug=whole.tenant.slug, reason="Unpaid.", now=NOW)
    with platform_context():
        Tenant.objects.filter(id=whole.tenant.id).update(deletion_asked_at=NOW, delete_at=NOW)
    done = brought_back(written(whole.tenant), whole.tenant)
    assert any("Unpaid." in loss for loss in done.losses)
    assert any("was to be deleted" in loss for loss in done.losses)
    with platform_context():
        assert Tenant.objects.get(id=done.tenant.id).ref.closed is None


def test_who_invited_and_left_invites_nobody(whole: Whole, make_member: MakeMember) -> None:
    """Whom the archive does not know as a person is not looked for here: it is open, and opens nothing, as before."""
    gone = make_member(whole.tenant, role="owner")
    with platform_context():
        Invitation.objects.filter(tenant_id=whole.tenant.id).update(invited_by=gone.person_id)
        Membership.objects.filter(person_id=gone.person_id).delete()
    done = brought_back(written(whole.tenant), whole.tenant)
    with platform_context():
        back = Invitation.objects.filter(tenant_id=done.tenant.id)
        assert [row.invited_by_id for row in back] == [None, None]
    for tenant in (whole.tenant, done.tenant):
        now, owner = datetime.now(UTC), make_member(tenant, role="owner")
        with platform_context():
            row = Invitation.objects.get(tenant_id=tenant.id, email="a@x.example")
        assert status_of(row, now=now) == "open"
        with pytest.raises(InvitationWithdrawn):
            look(tenant=tenant, code=whole.code, now=now)
        said: dict[str, Any] = {"tenant": tenant, "company": "Acme", "site": "http://x", "by": owner, "now": now}
        send_again(**said, invitation=row.id)
        assert look(tenant=tenant, code=code_to("a@x.example"), now=now).email == "a@x.example"


def findings(tenant: TenantRef) -> list[tuple[int, str]]:
    return [(finding.n, finding.problem) for finding in judge(tenant=tenant).findings]


def test_the_audit_of_a_restored_company_can_be_verified(whole: Whole) -> None:
    carry_notes(now=NOW)
    once = brought_back(written(whole.tenant), whole.tenant)
    carry_notes(now=NOW)
    assert findings(once.tenant) == []
    entries = judge(tenant=once.tenant).entries
    assert entries > judge(tenant=whole.tenant).entries
    with tenant_context(once.tenant):
        make_key(name="N", scopes=["members.view"], networks=[], expires_at=None, by=whole.owner, now=NOW)
    twice = restore(file=written(once.tenant), slug=f"twice-{whole.tenant.slug[2:10]}", now=NOW)
    carry_notes(now=NOW)
    assert findings(twice.tenant) == []
    assert judge(tenant=twice.tenant).entries == entries + 2


def test_notes_on_their_way_arrive_after_the_restoring(whole: Whole) -> None:
    assert carry_notes(now=NOW)
    with platform_context():
        Tenant.objects.filter(id=whole.tenant.id).update(name="X")
    suspend(slug=whole.tenant.slug, reason="Unpaid.", now=NOW)  # noted, and not carried while it is closed
    done = brought_back(written(whole.tenant), whole.tenant)
    with platform_context():
        assert AuditNote.objects.filter(tenant=done.tenant.id).count() == 2
    carry_notes(now=NOW)
    assert findings(done.tenant) == []


def cut_off(files: Files) -> None:
    """Take the last entry of the audit away, in a way that all sums are right."""
    lines = files["tenant/event.ndjson"].splitlines(keepends=True)
    last = max(i for i, line in enumerate(lines) if b"audit.recorded" in line)
    text = b"".join(line for i, line in enumerate(lines) if i != last)
    files["tenant/event.ndjson"] = text
    stream = json.loads(lines[last])["stream"]
    streams = [json.loads(line) for line in files["tenant/stream.ndjson"].splitlines()]
    for row in streams:
        row["seq"] -= row["id"] == stream
    files["tenant/stream.ndjson"] = b"".join(json.dumps(row).encode() + b"\n" for row in streams)
    resum(files)


def resum(files: Files) -> None:
    def change(manifest: dict[str, Any]) -> None:
        for part in manifest["tables"]:
            body = files[part["file"]]
            part |= {"rows": body.count(b"\n"), "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    edit(files, change)


def test_an_audit_that_was_cut_off_in_the_archive_is_found(whole: Whole) -> None:
    carry_notes(now=NOW)
    done = brought_back(broken(written(whole.tenant), cut_off), whole.tenant)
    carry_notes(now=NOW)
    assert findings(done.tenant)


def test_another_companys_audit_is_nobodys(whole: Whole, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    """Its entries in the archive of another one, whose manifest says that it is the other's: the anchor's signature."""
    carry_notes(now=NOW)
    other = make_tenant()
    file = broken(written(whole.tenant), lambda files: edit(files, lambda said: said.update(tenant=str(other.id))))
    done = restore(file=file, slug=f"again-{other.slug[2:10]}", now=NOW)
    carry_notes(now=NOW)
    assert {problem for _, problem in findings(done.tenant)} >= {"foreign"}
