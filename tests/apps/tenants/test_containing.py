"""A closed company still shuts others out: keys, members, sessions, passwords. Nothing else opens by it."""

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from conversations.access.commands import make_key
from conversations.access.models import ApiKey
from conversations.audit.commands import carry_notes
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.invitations.commands import invite
from tenants.members.member import Member
from tenants.members.resets.commands import answer_resets
from tenants.models import Export, Session
from tenants.provisioning.suspension import resume, suspend
from tests.apps.members.mails import code_to
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
JSON = "application/json"
NEW = "another 9 battery"


@pytest.fixture
def owner(tenant: TenantRef, make_member: MakeMember) -> Member:
    return make_member(tenant, role="owner")


@pytest.fixture
def secret(tenant: TenantRef, owner: Member) -> str:
    with tenant_context(tenant):
        made = make_key(
            name="Robot", scopes=["conversations.view"], networks=[], expires_at=None, by=owner, now=datetime.now(UTC)
        )
    return made[1]


@pytest.fixture
def closed(tenant: TenantRef, secret: str) -> TenantRef:
    return suspend(slug=tenant.slug, reason="Unpaid.", now=NOW)


@pytest.fixture
def browser(tenant: TenantRef, owner: Member, client_for: ClientFor) -> Client:
    return client_for(tenant, owner)


@pytest.mark.parametrize("way", ["rest", "page"])
def test_a_key_that_leaked_is_revoked(
    closed: TenantRef, owner: Member, secret: str, browser: Client, client_for: ClientFor, way: str
) -> None:
    program, headers = client_for(closed), {"authorization": f"Bearer {secret}"}
    assert program.get("/api/v1/conversations", headers=headers).status_code == 200
    with tenant_context(closed):
        key = ApiKey.objects.get()
    for _ in range(2):
        if way == "rest":
            assert browser.delete(f"/api/v1/keys/{key.id}").status_code == 204
        else:
            assert browser.post("/settings/keys", {"do": "revoke", "key": str(key.id)}).status_code == 302
    assert program.get("/api/v1/conversations", headers=headers).status_code == 401
    assert browser.delete(f"/api/v1/keys/{closed.id}").status_code == 404
    assert browser.post("/settings/keys", {"name": "x", "scope": "conversations.view"}).status_code == 403
    opened = resume(slug=closed.slug, now=NOW)
    carry_notes(now=datetime.now(UTC))
    with tenant_context(opened):
        assert ApiKey.objects.get().revoked_at
    told = browser.get("/api/v1/audit?action=key.revoked").json()["results"]
    assert [entry["target"]["id"] for entry in told] == [str(key.id)]


@pytest.mark.parametrize("way", ["rest", "page"])
def test_a_member_is_let_in_no_more_and_their_sessions_end(
    tenant: TenantRef,
    closed: TenantRef,
    browser: Client,
    make_member: MakeMember,
    client_for: ClientFor,
    way: str,
) -> None:
    agent, other = make_member(tenant), make_member(tenant)
    client, another = client_for(tenant, agent), client_for(tenant, other)
    path = f"/api/v1/members/{agent.person_id}"
    said = {"person": str(agent.person_id)}
    if way == "rest":
        assert browser.delete(f"/api/v1/members/{other.person_id}/sessions").json() == {"ended": 1}
        assert browser.patch(path, {"is_active": False}, content_type=JSON).status_code == 200
        for body in ({"is_active": True}, {"role": "viewer"}, {"role": "viewer", "is_active": False}):
            refused = browser.patch(path, body, content_type=JSON)
            assert (refused.status_code, refused.json()["code"]) == (403, "suspended")
    else:
        form = {"do": "end-sessions", "person": str(other.person_id)}
        assert browser.post("/settings/members", form).status_code == 302
        assert browser.post("/settings/members", said | {"do": "deactivate"}).status_code == 302
        for form in ({"do": "reactivate"}, {"do": "role", "role": "viewer"}, {"do": "invite", "email": "a@b.example"}):
            assert browser.post("/settings/members", said | form).status_code == 403
    assert client.get("/api/v1/me").status_code == 401
    assert another.get("/api/v1/me").status_code == 401
    assert browser.delete(path).status_code == 204


def test_ones_own_sessions_end_and_the_password_is_changed(
    closed: TenantRef, owner: Member, browser: Client, client_for: ClientFor
) -> None:
    def others() -> list[Client]:
        return [client_for(closed, owner) for _ in range(2)]

    first = others()
    assert browser.delete("/api/v1/sessions").json() == {"ended": 2}
    second = others()
    body = {"old": PASSWORD, "new": NEW}
    assert browser.post("/api/v1/me/password", body, content_type=JSON).status_code == 204
    third = others()
    assert browser.post("/settings/account", {"do": "end-others"}).status_code == 302
    assert {client.get("/api/v1/me").status_code for client in first + second + third} == {401}
    assert browser.post("/settings/account", {"do": "profile", "name": "Eve"}).status_code == 403
    with platform_context():
        (session,) = Session.objects.filter(tenant=closed.id, person=owner.person_id)
    assert browser.delete(f"/api/v1/sessions/{session.id}").status_code == 204


def test_an_owner_who_forgot_the_password_gets_in_again(
    closed: TenantRef, owner: Member, client_for: ClientFor
) -> None:
    client = client_for(closed)
    assert client.post("/forgot", {"email": owner.email}).status_code == 302
    answer_resets(now=datetime.now(UTC))
    code = code_to(owner.email)
    assert client.post("/reset", {"code": code, "password": NEW}).status_code == 302
    body = {"email": owner.email, "password": NEW}
    assert client.post("/api/v1/session", body, content_type=JSON).status_code == 200


def test_an_invitation_is_withdrawn(tenant: TenantRef, owner: Member, browser: Client) -> None:
    email = f"{secrets.token_hex(6)}@example.com"
    row = invite(
        tenant=tenant, company="A", email=email, role="agent", language="en", site="http://x", by=owner, now=NOW
    )
    suspend(slug=tenant.slug, reason="Unpaid.", now=NOW)
    assert browser.post(f"/api/v1/invitations/{row.id}/resend", {}, content_type=JSON).status_code == 403
    assert browser.delete(f"/api/v1/invitations/{row.id}").status_code == 204


def test_what_a_key_is_refused_is_counted(closed: TenantRef, secret: str, client_for: ClientFor) -> None:
    client, headers = client_for(closed), {"authorization": f"Bearer {secret}"}
    path = f"/api/v1/conversations/{closed.id}/messages"
    answers = [client.post(path, {"id": "1", "text": "x"}, content_type=JSON, headers=headers) for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == ["suspended"] * 2
    left = [int(answer.headers["RateLimit-Remaining"]) for answer in answers]
    assert left[1] < left[0]


def test_a_post_again_does_nothing_twice_in_a_closed_company_too(
    closed: TenantRef, browser: Client, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    asked: Any = {"content_type": JSON, "headers": {"idempotency-key": "k-1"}}
    first, again = (browser.post("/api/v1/exports", {}, **asked) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202), again.content
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = make_tenant()
    elsewhere = client_for(other, make_member(other, role="owner")).post("/api/v1/exports", {}, **asked)
    assert elsewhere.json()["id"] != first.json()["id"]
    with platform_context():
        assert Export.objects.filter(tenant=closed.id).count() == 1


def test_a_password_is_changed_and_a_deletion_asked_for_once(tenant: TenantRef, browser: Client) -> None:
    asked: Any = {"content_type": JSON, "headers": {"idempotency-key": "k-1"}}
    for body in ({"old": PASSWORD, "new": NEW},) * 2:
        answer = browser.post("/api/v1/me/password", body, **asked)
        assert answer.status_code == 204, answer.content
    asked = {"content_type": JSON, "headers": {"idempotency-key": "k-2"}}
    first, again = (browser.post("/api/v1/company/deletion", {"password": NEW}, **asked) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202), again.content
    assert again.content == first.content
