"""Coming in with one factor of two, and what is open to whoever must enrol one first."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.members.permissions import Role
from tenants.members.proof import Proof, Verdict, Way
from tenants.members.queries import LIVE_SESSIONS
from tenants.members.sessions import SessionStore, begin, find_seat
from tenants.models import CodeApp, Session, Tenant
from tests.conftest import PASSWORD, ClientFor, MakeMember

NOW = datetime.now(UTC)
JSON = "application/json"


def give_factor(member: Any) -> None:
    with platform_context():
        CodeApp.objects.create(person_id=member.person_id, name="x", secret="x", created_at=NOW, confirmed_at=NOW)


def ask(tenant: TenantRef, **rules: bool) -> None:
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(**rules)


def sign_in(client: Client, email: str) -> Any:
    return client.post("/sign-in", {"email": email, "password": PASSWORD, "next": "/settings/inboxes"})


def test_one_factor_of_two_opens_nothing(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> None:
    member = make_member(tenant)
    give_factor(member)
    client = client_for(tenant)
    assert sign_in(client, member.email).headers["location"] == "/sign-in/second"
    assert client.get("/api/v1/me").json()["code"] == "not_signed_in"
    assert client.get("/").headers["location"].startswith("/sign-in?")
    with platform_context():
        row = Session.objects.get(session_key=client.cookies["sessionid"].value)
        assert (row.tenant_id, row.person_id) == (None, None)
        assert row.expire_date < datetime.now(UTC) + timedelta(minutes=11)


def test_whoever_must_enrol_can_do_nothing_else(
    tenant: TenantRef, make_member: MakeMember, client_for: ClientFor
) -> None:
    member = make_member(tenant, role="owner")
    client = client_for(tenant, member)
    assert client.get("/api/v1/me").status_code == 200
    ask(tenant, require_second_factor=True)
    assert client.get("/api/v1/me").json()["code"] == "factor_required"
    assert client.get("/sign-in").headers["location"] == "/settings/second-factor"
    other = client_for(tenant)
    assert sign_in(other, member.email).status_code == 302
    assert other.get("/api/v1/members").json()["code"] == "factor_required"
    assert other.post("/api/v1/live/tickets", {}, content_type=JSON).status_code in {403, 404}


@pytest.mark.parametrize(("required", "only"), list(product([False, True], repeat=2)))
def test_sockets_and_requests_hold_the_same_rules(
    tenant: TenantRef, make_member: MakeMember, required: bool, only: bool
) -> None:
    sessions: dict[Any, Any] = {}
    for role, way, factor in product([Role.OWNER, Role.AGENT], [Way.PASSWORD, Way.SSO], [False, True]):
        member = make_member(tenant, role=role.value)
        session = SessionStore()
        proof = Proof(way=way, factor=factor)
        begin(session=session, tenant=tenant, person_id=member.person_id, proof=proof, now=NOW)
        session.save()
        sessions[session["id"]] = session
    ask(tenant, require_second_factor=required, sso_only=only)
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(LIVE_SESSIONS, {"sessions": [*map(UUID, sessions)], "now": NOW})
        live = {str(row[0]) for row in cursor.fetchall()}
    seats = {name: find_seat(session=session, tenant=tenant) for name, session in sessions.items()}
    assert live == {name for name, seat in seats.items() if seat and seat.verdict is Verdict.LET_IN}
    assert len(live) in {3, 4, 5, 6, 8}
