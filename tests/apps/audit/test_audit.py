"""Who did what: recorded with the change, carried from public once, judged, and shown to those who may see it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from typing import Any, Final

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from conversations.audit import commands, rules
from conversations.audit.commands import carry_notes, record
from conversations.audit.events import AUDIT, PERSONAL
from conversations.audit.queries import STREAM, judge
from conversations.engine import log
from conversations.engine.events import Recorded
from tenants.audit.models import AuditAnchor, AuditNote
from tenants.audit.noting import SYSTEM, Target, Who, note
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.database.session import quoted
from tenants.secrets import sign
from tests.apps.threads.test_commands import at_once
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.serving import Worker
from tests.shop import Shop

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
JSON: Final = "application/json"
PATH: Final = "/api/v1/audit"
THING: Final = Target(kind="thing", id="1", label="Thing")


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner", name="Olivia"))


def entries(tenant: TenantRef) -> list[Recorded]:
    with tenant_context(tenant):
        return log.read_stream(stream=STREAM, after=0)


def actions(tenant: TenantRef) -> list[str]:
    return [entry.body["action"] for entry in entries(tenant)]


def findings(tenant: TenantRef) -> list[tuple[int, str]]:
    return [(finding.n, finding.problem) for finding in judge(tenant=tenant).findings]


def do(tenant: TenantRef, action: str = "thing.done") -> None:
    with tenant_context(tenant):
        record(who=SYSTEM, action=action, target=THING, now=NOW)


@contextmanager
def as_superuser(database: str, tenant: TenantRef) -> Iterator[psycopg.Cursor[Any]]:
    """Do what only who owns the tables can."""
    with psycopg.connect(database) as owner, owner.cursor() as cursor:
        cursor.execute(f"SET search_path = {quoted(tenant.schema)}")
        yield cursor


def test_administration_is_recorded_with_the_change(shop: Shop, owner: Client) -> None:
    key = owner.post("/api/v1/keys", {"name": "Robot", "scopes": ["members.view"]}, content_type=JSON).json()
    owner.post(f"/api/v1/keys/{key['id']}/rotate", {}, content_type=JSON)
    owner.delete(f"/api/v1/keys/{key['id']}")
    owner.patch(f"/api/v1/inboxes/{shop.inbox}", {"color": "#112233"}, content_type=JSON)
    path = f"/api/v1/inboxes/{shop.inbox}/identity-secrets"
    secret = owner.post(path, {}, content_type=JSON).json()
    owner.delete(f"{path}/{secret['id']}")
    body = {"name": "Hi", "texts": {"en": "Hi!"}}
    draft = "/api/v1/definitions/canned_reply/hi"
    owner.put(f"{draft}/draft", {"body": body, "revision": 0}, content_type=JSON)
    owner.post(f"{draft}/publish", {"revision": 1}, content_type=JSON)
    owner.post(f"{draft}/retire", {}, content_type=JSON)
    document = {"kind": "canned_reply", "key": "hi", "body": body}
    taken = {"format": "yunke.definitions.v1", "definitions": [document]}
    assert owner.post("/api/v1/definitions/import", taken, content_type=JSON).status_code == 200
    assert actions(shop.tenant) == [
        *("key.made", "key.rotated", "key.revoked", "inbox.changed", "identity_secret.made", "identity_secret.retired"),
        *("canned_reply.made", "canned_reply.retired", "canned_reply.changed"),
    ]
    assert findings(shop.tenant) == []
    bodies = [entry.body for entry in entries(shop.tenant)]
    assert {body["label"] for body in bodies} == {"Olivia"}
    assert {body["address"] for body in bodies} == {owner.defaults["REMOTE_ADDR"]}
    inbox = bodies[3]
    assert inbox["before"] == {"version": 1, "/color": "#2457d6"}
    assert inbox["after"] == {"version": 2, "/color": "#112233"}
    said = str(bodies)
    assert key["secret"] not in said
    assert secret["secret"] not in said


def test_in_the_feed_it_is_nobodys_message(shop: Shop, owner: Client) -> None:
    do(shop.tenant)
    (event,) = owner.get("/api/v1/events", {"kinds": "audit.recorded.v1"}).json()["results"]
    assert (event["sender"], event["conversation"], event["body"]["who"]) == (None, None, "system")


def test_what_fails_leaves_no_entry(shop: Shop, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the pen is broken")

    monkeypatch.setattr("conversations.access.commands.record", fail)
    with pytest.raises(RuntimeError):
        owner.post("/api/v1/keys", {"name": "Robot", "scopes": ["members.view"]}, content_type=JSON)
    assert owner.get("/api/v1/keys").json()["results"] == [], "nor is anything done without an entry"
    assert actions(shop.tenant) == []


def test_many_at_once_are_one_chain(tenant: TenantRef) -> None:
    def work() -> None:
        record(who=SYSTEM, action="thing.done", target=THING, now=NOW)

    at_once(tenant, [work] * 6)
    assert [entry.seq for entry in entries(tenant)] == [1, 2, 3, 4, 5, 6]
    assert findings(tenant) == []


def remember(tenant: TenantRef, action: str) -> None:
    with platform_context(), transaction.atomic():
        note(tenant=tenant.id, who=SYSTEM, action=action, target=THING, now=NOW, after={"x": 1})


def test_notes_are_carried_each_to_its_own(make_tenant: MakeTenant) -> None:
    one, two = make_tenant(), make_tenant()
    for tenant, action in ((one, "a"), (two, "b"), (one, "c")):
        remember(tenant, f"thing.{action}")
    carry_notes(now=NOW)
    assert actions(one) == ["tenant.signed_up", "thing.a", "thing.c"]
    assert actions(two) == ["tenant.signed_up", "thing.b"]
    assert entries(two)[-1].body["after"] == {"x": 1}
    assert findings(one) == findings(two) == []
    with platform_context():
        assert not AuditNote.objects.filter(tenant__in=[one.id, two.id]).exists()


def test_who_is_killed_while_carrying_does_it_again_once(tenant: TenantRef, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after COMMIT and before the notes are gone. They are no rows here: no worker may carry them meanwhile."""

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    said = {"who": {"kind": "system", "id": None, "label": ""}, "target": {"kind": "thing", "id": "1", "label": ""}}
    notes = [AuditNote(tenant=tenant.id, action=f"thing.{n}", at=NOW, **said) for n in range(3)]
    with monkeypatch.context() as killed:
        killed.setattr(commands, "_forget", die)
        with pytest.raises(KeyboardInterrupt):
            commands._carry(tenant, notes[:2], NOW)
    for _ in range(2):
        commands._carry(tenant, notes, NOW)
    assert actions(tenant) == ["thing.0", "thing.1", "thing.2"]
    assert findings(tenant) == []


def test_the_worker_carries_at_once(database: str, tenant: TenantRef, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUNKE_AUDIT_CARRIED", "1")
    with Worker(dsn=database) as worker:
        for action in ("thing.before", "thing.while"):
            remember(tenant, action)
            until = time.monotonic() + 30
            while action not in actions(tenant):
                assert time.monotonic() < until, worker.output()
                time.sleep(0.05)
    assert findings(tenant) == []


def test_two_workers_carry_a_note_once(tenant: TenantRef) -> None:
    remember(tenant, "thing.done")

    def work() -> None:
        with platform_context():
            carry_notes(now=NOW)

    at_once(tenant, [work] * 4)
    assert actions(tenant).count("thing.done") == 1
    assert findings(tenant) == []


ATTACKS: Final = {
    "altered": ('UPDATE event SET body = body || \'{"action": "nothing.done"}\' WHERE stream = %s AND seq = 2', 2),
    "removed": ("DELETE FROM event WHERE stream = %s AND seq = 2", 2),
    "cut_off": ("DELETE FROM event WHERE stream = %s AND seq = 3", 3),
}


@pytest.mark.parametrize("problem", ATTACKS)
def test_what_was_done_to_the_table_is_found_and_said(database: str, tenant: TenantRef, problem: str) -> None:
    for _ in range(3):
        do(tenant)
    told = StringIO()
    call_command("verify_audit", tenant=tenant.slug, stdout=told)
    assert told.getvalue() == f"{tenant.slug}: 3 entries, 0 of them erased: intact\n"
    statement, n = ATTACKS[problem]
    with as_superuser(database, tenant) as cursor:
        cursor.execute(statement, [STREAM])
    told = StringIO()
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_audit", tenant=tenant.slug, stdout=told)
    assert f"entry {n}: {problem}:" in told.getvalue()


def test_cutting_off_and_going_on_is_found(database: str, tenant: TenantRef) -> None:
    """The head of the stream set back, too: the next entry takes the number of the one that is gone."""
    for _ in range(3):
        do(tenant)
    with as_superuser(database, tenant) as cursor:
        cursor.execute("DELETE FROM event WHERE stream = %s AND seq = 3", [STREAM])
        cursor.execute("UPDATE stream SET seq = 2 WHERE id = %s", [STREAM])
    do(tenant, "thing.undone")
    assert findings(tenant) == [(3, "altered")], "the anchor stays where it was"
    do(tenant)
    assert findings(tenant) == [(3, "altered"), (4, "added")]


def test_who_blanks_an_entry_in_the_table_is_found(database: str, tenant: TenantRef) -> None:
    for _ in range(3):
        do(tenant)
    blank = ", ".join(f"'{name}', NULL" for name in PERSONAL)
    with as_superuser(database, tenant) as cursor:
        cursor.execute(
            f"UPDATE event SET body = body || jsonb_build_object({blank}) WHERE stream = %s AND seq = 2", [STREAM]
        )
    assert findings(tenant) == [(2, "altered")]
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SELECT public.erase_entries(%s, '{3}', %s)", [STREAM, list(PERSONAL)])
    assert findings(tenant) == [(2, "altered"), (3, "altered")], "the tenant's own role is found as well"
    with pytest.raises(CommandError, match="2 findings"):
        call_command("verify_audit", tenant=tenant.slug, stdout=StringIO())


def test_erasure_says_what_it_erased_and_keeps_it_intact(shop: Shop, make_member: MakeMember) -> None:
    tenant, ada = shop.tenant, make_member(shop.tenant, name="Ada Canary")
    remember(tenant, "thing.noted")
    with tenant_context(tenant):
        for target in (Target(kind="member", id=str(ada.person_id), label="Ada Canary"), THING):
            record(who=SYSTEM, action="x.done", target=target, now=NOW, after={"name": target.label})
        record(who=Who(kind="member", id=ada.person_id, label="Ada Canary"), action="y.done", target=THING, now=NOW)
    told = StringIO()
    call_command("erase_audit", tenant=tenant.slug, person=str(ada.person_id), stdout=told)
    assert told.getvalue() == f"{tenant.slug}: 2 entries erased.\n"
    bodies = [entry.body for entry in entries(tenant)]
    assert "Canary" not in str(bodies)
    last = bodies[-1]
    assert (last["action"], last["target"], last["target_id"], last["who"]) == (
        "audit.erased",
        "audit",
        "1,3",
        "operator",
    )
    assert [body["label"] for body in bodies if body["action"] == "x.done"] == [None, "Yunke"]
    judged = judge(tenant=tenant)
    assert (judged.erased, judged.findings) == (2, [])
    call_command("erase_audit", tenant=tenant.slug, person=str(ada.person_id), stdout=StringIO())
    assert len(entries(tenant)) == len(bodies), "there is nothing left to erase, nor to say"
    with pytest.raises(CommandError, match="no company"):
        call_command("erase_audit", tenant="nobody-here", person=str(ada.person_id))


def test_no_tenant_erases_anothers_entries(tenant: TenantRef, make_tenant: MakeTenant) -> None:
    do(tenant)
    with tenant_context(make_tenant()), connection.cursor() as cursor:
        cursor.execute("SELECT public.erase_entries(%s, '{1}', %s)", [STREAM, list(PERSONAL)])
        assert cursor.fetchone() == (0,)
    with platform_context(), connection.cursor() as cursor, pytest.raises(DatabaseError, match="whose head"):
        cursor.execute("SELECT public.erase_entries(%s, '{1}', '{}')", [STREAM])
    assert findings(tenant) == []


def test_who_has_only_the_tenants_sql_cannot_forge(tenant: TenantRef, make_tenant: MakeTenant) -> None:
    do(tenant)
    do(other := make_tenant())
    with pytest.MonkeyPatch.context() as patched:  # everything as the product does it, but for the key
        patched.setattr(commands, "sign", lambda **said: sign(**said)[:-4] + "0000")
        do(tenant, "thing.invented")
    assert (2, "unsigned") in findings(tenant)
    assert (2, "anchor") in findings(tenant)
    with tenant_context(other), connection.cursor() as cursor:
        for arguments in ((1, 1), (2, 1), (-1, 5)):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute("SELECT public.move_audit_anchor(%s, '', %s, 'x', 'y')", arguments)
        cursor.execute("SELECT public.move_audit_anchor(0, '', 9, 'x', 'y')")
        assert cursor.fetchone() == (False,)
        for forbidden in ("SELECT * FROM public.audit_anchors", "DELETE FROM public.audit_anchors"):
            with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
                cursor.execute(forbidden)
    assert findings(other) == []
    with platform_context():
        assert AuditAnchor.objects.get(schema=other.schema).entries == 1


def test_the_list(shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor) -> None:
    for action in ("a.made", "b.made", "a.made"):
        do(shop.tenant, action)
    page = owner.get(PATH, {"limit": 2}).json()
    assert [one["n"] for one in page["results"]] == [3, 2]
    rest = owner.get(page["next"]).json()
    assert [one["n"] for one in rest["results"]] == [1]
    assert rest["results"][0]["target"] == {"kind": "thing", "id": "1", "label": "Thing"}
    assert [one["n"] for one in owner.get(PATH, {"action": "a.made"}).json()["results"]] == [3, 1]
    assert owner.get(PATH, {"target": "thing", "target_id": "2"}).json()["results"] == []
    assert len(owner.get(PATH, {"since": "2026-01-01T12:00:00Z"}).json()["results"]) == 3
    assert owner.get(PATH, {"until": "2026-01-01T12:00:00Z"}).json()["results"] == []
    assert owner.get(PATH, {"since": "2026-01-01T12:00:00"}).status_code == 422
    for role in ("supervisor", "agent", "viewer"):
        assert client_for(shop.tenant, make_member(shop.tenant, role=role)).get(PATH).status_code == 403


def test_nobody_else_hears_of_it(shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor) -> None:
    guest = shop.welcome(text="hello")
    do(shop.tenant, "canary.done")
    agent = client_for(shop.tenant, make_member(shop.tenant))
    body = {"name": "Robot", "scopes": ["conversations.view", "notes:read", "personal:read"]}
    secret = owner.post("/api/v1/keys", body, content_type=JSON).json()["secret"]
    robot = {"authorization": f"Bearer {secret}"}
    for client, headers in ((agent, None), (client_for(shop.tenant), robot)):
        for query in ("", "?kinds=audit.recorded.v1"):
            answer = client.get(f"/api/v1/events{query}", headers=headers)
            assert answer.status_code == 200
            assert "canary" not in answer.content.decode()
        for part in ("", "/messages"):
            assert client.get(f"/api/v1/conversations/{AUDIT}{part}", headers=headers).status_code == 404
    told = owner.get("/api/v1/events?kinds=audit.recorded.v1").json()["results"]
    assert [one["conversation"] for one in told] == [None, None]
    assert str(guest.conversation) not in str(told)


def test_a_key_without_leave_sees_no_names(shop: Shop, owner: Client, client_for: ClientFor) -> None:
    body = {"name": "Robot", "scopes": ["audit.view"]}
    secret = owner.post("/api/v1/keys", body, content_type=JSON).json()["secret"]
    answer = client_for(shop.tenant).get(PATH, headers={"authorization": f"Bearer {secret}"})
    (one,) = answer.json()["results"]
    assert (one["action"], one["who"]["label"], one["after"], one["address"]) == ("key.made", None, None, None)


def test_the_page(shop: Shop, owner: Client, make_member: MakeMember, client_for: ClientFor) -> None:
    with tenant_context(shop.tenant):
        for n in range(60):
            target = Target(kind="thing", id=str(n), label="<b>云</b>")
            record(who=SYSTEM, action=f"thing.{n}", target=target, now=NOW, after={"n": n})
    text = owner.get("/settings/audit").content.decode()
    assert "thing.59" in text
    assert "thing.9<" not in text
    assert "&lt;b&gt;云" in text
    assert "<b>云" not in text
    filtered = owner.get("/settings/audit?action=thing.7").content.decode()
    assert "thing.7<" in filtered
    assert "thing.59" not in filtered
    assert "审计" in owner.get("/settings/audit", headers={"accept-language": "zh"}).content.decode()
    assert owner.get("/settings/audit?since=yesterday").status_code == 422
    assert owner.get("/settings/audit?until=2025-12-31").content.decode().count('id="entry-') == 0
    day = owner.get("/settings/audit?since=2026-01-01&until=2026-01-01").content.decode()
    assert 'id="entry-60"' in day
    assert owner.get("/settings/audit?until=9999-12-31").status_code == 422
    agent = client_for(shop.tenant, make_member(shop.tenant))
    assert agent.get("/settings/audit").status_code == 403


def test_an_entry_says_where_it_stands(tenant: TenantRef) -> None:
    do(tenant)
    (one,) = entries(tenant)
    assert (one.body["n"], one.body["previous"], one.seq) == (1, rules.FIRST, 1)
