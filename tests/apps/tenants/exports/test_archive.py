"""Archives: everything a tenant owns, of one moment, and nothing that opens a door."""

import hashlib
import threading
from typing import Any

import pytest
from django.db import connection

from conversations.access.commands import make_key
from conversations.channels.webchat.vouching.commands import make_secret
from conversations.definitions.inbox.queries import find_inbox
from conversations.engine import log
from conversations.threads.actors import of_member
from tenants import belongings, ports
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.exports import writing
from tenants.exports.archive import Manifest
from tenants.exports.restoring import check_archive
from tenants.members.member import Member
from tenants.models import Membership, Person
from tests.apps.tenants.exports.archives import NOW, contents, rows, written
from tests.conftest import MakeMember, MakeTenant
from tests.shop import Shop


def test_every_table_is_listed(tenant: TenantRef) -> None:
    """Enter a new one in tenants/belongings.py or conversations/belongings.py: exported, or left out and why."""
    query = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')"
    with platform_context(), connection.cursor() as cursor:
        for schema, listed in ((tenant.schema, ports.tenant_tables), ("public", belongings.TABLES)):
            cursor.execute(query, [schema])
            assert {name for (name,) in cursor.fetchall()} == set(listed)
        for name, table in belongings.TABLES.items():
            columns = writing.names(cursor=cursor, query=writing.COLUMNS, relation=f"public.{name}")
            assert {*table.without, *table.sealed, *table.unopened} <= set(columns)
            assert {*(table.restored or {})} <= set(columns)
            assert table.loose <= set(table.restored or {})
            assert ({"tenant", "tenant_id"} & set(columns) != set()) <= (table.rows is not None), name
        for name, declared in ports.tenant_tables.items():
            columns = writing.names(cursor=cursor, query=writing.COLUMNS, relation=f'"{tenant.schema}".{name}')
            assert {*declared.without, *declared.sealed} <= set(columns)


def test_an_archive_holds_everything_and_its_checksums(busy: Shop, owner: Member) -> None:
    file = written(busy.tenant)
    manifest, files = check_archive(file=file), contents(file)
    assert manifest.tenant == busy.tenant.id
    with tenant_context(busy.tenant):
        assert manifest.position == log.get_position() == manifest_rows(manifest, "event")
    assert rows(files, "public/tenants.ndjson")[0]["slug"] == busy.tenant.slug
    people = rows(files, "public/persons.ndjson")
    assert {(p["name"], p["email"]) for p in people} >= {("Olivia 奥", owner.email)}
    assert {m["person_id"] for m in rows(files, "public/memberships.ndjson")} == {p["id"] for p in people}
    assert any("🙂" in row["body"].get("text", "") for row in rows(files, "tenant/event.ndjson"))
    for part in manifest.tables:
        assert hashlib.sha256(files[part.file]).hexdigest() == part.sha256
    there = {one.table for one in manifest.tables if one.scope == "tenant"}
    assert there | {one.table for one in manifest.left_out if one.scope == "tenant"} == set(ports.tenant_tables)


def manifest_rows(manifest: Manifest, table: str) -> int:
    return next(part.rows for part in manifest.tables if part.table == table)


def test_no_secret_leaves(busy: Shop, owner: Member) -> None:
    """Hashes of what is random, and what only the key ring opens; nothing that could be guessed or read."""
    with tenant_context(busy.tenant):
        inbox = find_inbox(key=busy.inbox)
        assert inbox
        _, shared = make_secret(inbox=inbox, by=of_member(member=owner), now=NOW)
        _, key = make_key(name="Robot", scopes=["members.view"], networks=[], expires_at=None, by=owner, now=NOW)
    with platform_context():
        members = Membership.objects.filter(tenant_id=busy.tenant.id).values("person_id")
        hashes = list(Person.objects.filter(id__in=members).values_list("password", flat=True))
    text = b"".join(contents(written(busy.tenant)).values()).decode()
    assert hashes
    assert [word for word in ("argon2", *hashes, shared, key) if word in text] == []


def test_another_tenants_rows_stay_there(busy: Shop, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    other = Shop(tenant=make_tenant(name="Canary GmbH"))
    canary = "canary-of-the-other"
    other.welcome(text=canary)
    make_member(other.tenant, name=canary)
    text = b"".join(contents(written(busy.tenant)).values()).decode()
    assert canary not in text
    assert other.tenant.schema not in text
    assert str(other.tenant.id) not in text


def test_an_archive_is_of_one_moment(busy: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes between every two tables: none of it is seen."""
    real, wrote = writing._write_table, []

    def slow(*args: Any) -> Any:
        def write() -> None:
            wrote.append(busy.welcome(text="meanwhile"))
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return real(*args)

    with tenant_context(busy.tenant):
        position = log.get_position()
    monkeypatch.setattr(writing, "_write_table", slow)
    file = written(busy.tenant)
    assert len(wrote) > 8
    files = contents(file)
    assert "meanwhile" not in files["tenant/event.ndjson"].decode()
    assert len(rows(files, "tenant/conversation.ndjson")) == 1
    assert rows(files, "public/heads.ndjson")[0]["position"] == position
