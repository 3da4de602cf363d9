"""Exports: everything a tenant owns, of one moment, and a new tenant made of it that is the same."""

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from conversations.access.commands import make_key
from conversations.engine import log
from conversations.threads.actors import of_member
from conversations.threads.events import NotePosted
from tenants import belongings, ports
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.exports import restoring, writing
from tenants.exports.archive import Manifest, unpack
from tenants.exports.refusals import Unfit
from tenants.exports.restoring import check_archive, restore
from tenants.exports.writing import write_archive
from tenants.members.member import Member
from tenants.models import Membership, Person, Tenant
from tenants.queries import find_tenant_by_slug
from tenants.refusals import Refusal
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
JSON = "application/json"
HIDDEN = "a-hash-that-must-stay-here"


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner", name="Olivia 奥")


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def busy(shop: Shop, owner: Member) -> Shop:
    """A company where everything has happened once."""
    guest = shop.welcome(text='tab\t, "quotes" \\ backslash, 中文 🙂, </script>')
    for n in range(7):
        shop.say(guest.conversation, of_member(member=owner), f"answer {n}\nsecond line")
    shop.write(guest.conversation, [NotePosted(name="Olivia", text="a note")], sender=owner.person_id)
    with tenant_context(shop.tenant):
        make_key(name="Robot", scopes=["members.view"], networks=[], expires_at=None, by=owner, now=NOW)
    return shop


def written(tenant: TenantRef) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(tenant=tenant, out=file, now=NOW)
    return file


def contents(file: io.BytesIO) -> dict[str, bytes]:
    return {name: content.read() for name, content in unpack(file=file)}


def rows(files: dict[str, bytes], name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


def test_every_table_is_listed(tenant: TenantRef) -> None:
    """Enter a new one in tenants/belongings.py or conversations/belongings.py: exported, or left out and why."""
    query = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')"
    with platform_context(), connection.cursor() as cursor:
        for schema, listed in ((tenant.schema, ports.tenant_tables), ("public", belongings.TABLES)):
            cursor.execute(query, [schema])
            assert {name for (name,) in cursor.fetchall()} == set(listed)
        for name, table in belongings.TABLES.items():
            columns = writing.names(cursor=cursor, query=writing.COLUMNS, relation=f"public.{name}")
            assert set(table.without) <= set(columns)
            assert ({"tenant", "tenant_id"} & set(columns) != set()) <= (table.rows is not None), name
        for name, declared in ports.tenant_tables.items():
            columns = writing.names(cursor=cursor, query=writing.COLUMNS, relation=f'"{tenant.schema}".{name}')
            assert {*declared.without, *declared.restored_as} <= set(columns)


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


def test_no_secret_leaves(busy: Shop) -> None:
    with tenant_context(busy.tenant), connection.cursor() as cursor:
        cursor.execute("UPDATE api_key SET secret = %s, old_secret = %s", [HIDDEN, HIDDEN + "2"])
    with platform_context():
        members = Membership.objects.filter(tenant_id=busy.tenant.id).values("person_id")
        hashes = list(Person.objects.filter(id__in=members).values_list("password", flat=True))
    text = b"".join(contents(written(busy.tenant)).values()).decode()
    assert hashes
    assert [word for word in (HIDDEN, "argon2", *hashes) if word in text] == []


def test_another_tenants_rows_stay_there(busy: Shop, make_tenant: MakeTenant, make_member: MakeMember) -> None:
    other = Shop(tenant=make_tenant(name="Canary GmbH"))
    canary = "canary-of-the-other"
    other.welcome(text=canary)
    make_member(other.tenant, name=canary)
    text = b"".join(contents(written(busy.tenant)).values()).decode()
    assert canary not in text
    assert other.tenant.schema not in text
    assert str(other.tenant.id) not in text


def test_what_is_restored_is_the_same(busy: Shop, owner: Member, client_for: ClientFor) -> None:
    first = written(busy.tenant)
    slug = f"again-{busy.tenant.slug[2:10]}"
    done = restore(file=first, slug=slug, now=NOW)
    assert (done.made, done.renamed) == (0, 0)
    found = find_tenant_by_slug(slug=slug)
    assert found == done.tenant
    before, after = contents(first), contents(written(done.tenant))
    tables = [name for name in before if name.startswith("tenant/")]
    assert len(tables) > 8
    assert {name: after[name] for name in tables} == {name: before[name] for name in tables}
    for name in ("public/persons.ndjson", "tenant/event.ndjson"):
        assert after[name] == before[name]
    roles = [{m["person_id"]: m["role"] for m in rows(f, "public/memberships.ndjson")} for f in (before, after)]
    assert roles[0] == roles[1] != {}
    assert rows(after, "public/heads.ndjson")[0]["position"] == rows(before, "public/heads.ndjson")[0]["position"]
    client = client_for(done.tenant)
    body = {"email": owner.email, "password": PASSWORD}
    assert client.post("/api/v1/session", body, content_type=JSON).status_code == 200
    assert client.get("/api/v1/conversations").json()["results"]
    again = Shop(tenant=done.tenant)
    again.welcome(text="life goes on")
    with tenant_context(busy.tenant):
        assert log.get_position() == rows(before, "public/heads.ndjson")[0]["position"], "the first is as it was"


def test_people_who_are_not_known_are_made_without_a_password(busy: Shop, owner: Member) -> None:
    file = written(busy.tenant)
    with platform_context():
        Membership.objects.filter(tenant_id=busy.tenant.id).delete()
        Person.objects.filter(id=owner.person_id).delete()
    done = restore(file=file, slug=f"again-{busy.tenant.slug[2:10]}", now=NOW)
    assert done.made == 1
    with platform_context():
        made = Person.objects.get(id=owner.person_id)
        assert (made.email, made.verified_at, made.has_usable_password()) == (owner.email, None, False)
        assert Membership.objects.filter(tenant_id=done.tenant.id, person=made, role="owner").exists()


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


Files = dict[str, bytes]


def edit(files: Files, change: Callable[[dict[str, Any]], Any]) -> None:
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = json.dumps(manifest).encode()


def change_row(files: Files) -> None:
    files["tenant/event.ndjson"] = files["tenant/event.ndjson"].replace(b"answer 3", b"answer 4")


def lose_row(files: Files) -> None:
    files["tenant/event.ndjson"] = files["tenant/event.ndjson"].partition(b"\n")[2]


def lose_file(files: Files) -> None:
    del files["tenant/event.ndjson"]


def add_file(files: Files) -> None:
    files["tenant/evil.ndjson"] = b"{}\n"


def lose_manifest(files: Files) -> None:
    del files["manifest.json"]


def say_another_version(files: Files) -> None:
    edit(files, lambda manifest: manifest.update(migrations="0" * 64))


def say_another_form(files: Files) -> None:
    edit(files, lambda manifest: manifest.update(format="yunke.export.v9"))


def say_no_table_of_ours(files: Files) -> None:
    edit(files, lambda manifest: manifest["tables"][0].update(table="django_migrations"))


def say_no_column_of_ours(files: Files) -> None:
    edit(files, lambda manifest: manifest["tables"][0]["columns"].append('x") VALUES (1); --'))


CHANGES = (
    change_row,
    lose_row,
    lose_file,
    add_file,
    lose_manifest,
    say_another_version,
    say_another_form,
    say_no_table_of_ours,
    say_no_column_of_ours,
)


def broken(file: io.BytesIO, change: Callable[[Files], None]) -> io.BytesIO:
    """Answer the archive with one thing changed."""
    files, out = contents(file), io.BytesIO()
    change(files)
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out


def everything() -> set[tuple[str, ...]]:
    """All tenants, schemas and roles."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'tenant', slug FROM tenants UNION SELECT 'schema', nspname FROM pg_namespace"
            " UNION SELECT 'role', rolname FROM pg_roles UNION SELECT 'head', schema FROM heads"
            " UNION SELECT 'person', id::text FROM persons UNION SELECT 'member', id::text FROM memberships"
        )
        return set(cursor.fetchall())


def test_what_is_not_whole_is_refused_and_leaves_nothing(busy: Shop) -> None:
    whole, before = written(busy.tenant), everything()
    for change in CHANGES:
        with pytest.raises(Unfit):
            restore(file=broken(whole, change), slug="never-there", now=NOW)
    for half in (*(whole.getvalue()[:cut] for cut in (10, 100, -200)), b"no archive", gzip.compress(b"no archive")):
        with pytest.raises(Unfit):
            restore(file=io.BytesIO(half), slug="never-there", now=NOW)
    assert everything() == before


def test_whatever_goes_wrong_leaves_nothing(busy: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    file, before = written(busy.tenant), everything()
    for point in ("_fill_table", "_know", "_add_shared"):
        real = getattr(restoring, point)

        def fail(*args: Any, real: Any = real) -> None:
            real(*args)
            raise ZeroDivisionError

        with monkeypatch.context() as patched:
            patched.setattr(restoring, point, fail)
            with pytest.raises(ZeroDivisionError):
                restore(file=file, slug="never-there", now=NOW)
        assert everything() == before


def test_an_address_is_free_and_fit(busy: Shop) -> None:
    for slug in ("www", "No", "", busy.tenant.slug):
        with pytest.raises(Refusal):
            restore(file=written(busy.tenant), slug=slug, now=NOW)


def test_operators_restore_on_the_command_line(busy: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, slug = tmp_path / "x.tar.gz", f"again-{busy.tenant.slug[2:10]}"
    path.write_bytes(written(busy.tenant).getvalue())
    call_command("restore_tenant", str(path), slug=slug, name="Again Ltd")
    with platform_context():
        assert Tenant.objects.get(slug=slug).name == "Again Ltd"
    for bad in ((str(path), slug), (str(tmp_path / "none"), "another"), (__file__, "another")):
        with pytest.raises(CommandError):
            call_command("restore_tenant", bad[0], slug=bad[1])
