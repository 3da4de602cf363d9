"""A new company made of an archive: the same, or none."""

import gzip
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from conversations.engine import log
from tenants.context import platform_context, tenant_context
from tenants.exports import restoring
from tenants.exports.refusals import Unfit
from tenants.exports.restoring import restore
from tenants.members.member import Member
from tenants.models import Membership, Person, Tenant
from tenants.queries import find_tenant_by_slug
from tenants.refusals import Refusal
from tests.apps.tenants.exports.archives import NOW, Files, broken, contents, edit, rows, written
from tests.conftest import PASSWORD, ClientFor
from tests.shop import Shop

JSON = "application/json"


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
    for point in ("_write_down", "_fill_table", "_fill"):
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
