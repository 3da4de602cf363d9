"""Asking for an export: the worker makes it, its owner downloads it, and it is gone after a while."""

import hashlib
import http.client
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client

from tenants.audit.models import AuditNote
from tenants.context import platform_context
from tenants.exports import commands
from tenants.exports.commands import drop_files, forget_expired_exports, make_next
from tenants.exports.models import Export
from tenants.exports.restoring import check_archive
from tenants.exports.writing import write_archive
from tenants.mail.models import Mail
from tenants.members.member import Member
from tenants.members.proof import Proof, Way
from tenants.members.sessions import SessionStore, begin
from tenants.provisioning.suspension import suspend
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.serving import Server
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
JSON = "application/json"


@pytest.fixture(autouse=True)
def nobody_else_waits(database: str) -> None:
    """What other tests have left behind is not made here."""
    with platform_context():
        Export.objects.filter(state="waiting").update(state="failed")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    storage = FileSystemStorage(location=tmp_path / "exports")
    monkeypatch.setattr(commands, "get_storage", lambda: storage)
    monkeypatch.setattr("tenants.exports.api.get_storage", lambda: storage)
    return tmp_path / "exports"


@pytest.fixture
def browser(busy: Shop, owner: Member, client_for: ClientFor) -> Client:
    return client_for(busy.tenant, owner)


def ask(browser: Client) -> dict[str, Any]:
    answer = browser.post("/api/v1/exports", {}, content_type=JSON)
    assert answer.status_code == 202, answer.content
    made: dict[str, Any] = answer.json()
    return made


def make_all() -> None:
    while make_next(now=NOW):
        pass


@pytest.fixture
def ready(browser: Client, folder: Path) -> dict[str, Any]:
    made = ask(browser)
    make_all()
    shown: dict[str, Any] = browser.get(f"/api/v1/exports/{made['id']}").json()
    return shown


def test_an_owner_asks_and_downloads(browser: Client, folder: Path, owner: Member) -> None:
    made = ask(browser)
    assert made["state"] == "waiting"
    assert browser.post("/api/v1/exports", {}, content_type=JSON).json()["code"] == "export_running"
    assert browser.get(f"/api/v1/exports/{made['id']}/file").json()["code"] == "export_not_ready"
    make_all()
    shown = browser.get(f"/api/v1/exports/{made['id']}").json()
    assert (shown["state"], shown["expires_at"]) == ("ready", "2026-03-11T05:06:00Z")
    answer = browser.get(f"/api/v1/exports/{made['id']}/file")
    body = answer.getvalue()
    assert answer.headers["content-type"] == "application/gzip"
    assert (len(body), hashlib.sha256(body).hexdigest()) == (shown["size"], shown["sha256"])
    check_archive(file=io.BytesIO(body))
    (listed,) = browser.get("/api/v1/exports").json()["results"]
    assert listed == shown
    with platform_context():
        mail = Mail.objects.get(to=owner.email, template="export_ready")
        assert "Acme" in mail.subject


def test_who_takes_an_archive_along_is_noted(
    busy: Shop, browser: Client, owner: Member, ready: dict[str, Any], make_member: MakeMember, client_for: ClientFor
) -> None:
    rest, page = f"/api/v1/exports/{ready['id']}/file", f"/settings/company/exports/{ready['id']}"
    admin = client_for(busy.tenant, make_member(busy.tenant, role="admin"))
    for path in (rest, page):
        assert browser.get(path).status_code == 200
        assert browser.head(path).status_code == 200, "which takes nothing along"
        assert admin.get(path).status_code == 403
    with platform_context():
        notes = AuditNote.objects.filter(tenant=busy.tenant.id, action="export.downloaded").order_by("id")
        found = [(note.who["id"], note.target["id"], note.after, note.address) for note in notes]
    taken = {"size": ready["size"], "sha256": ready["sha256"]}
    assert found == [(str(owner.person_id), ready["id"], taken, browser.defaults["REMOTE_ADDR"])] * 2


def test_a_suspended_company_takes_its_data_along(busy: Shop, browser: Client, folder: Path) -> None:
    suspend(slug=busy.tenant.slug, reason="No.", now=NOW)
    made = ask(browser)
    make_all()
    assert browser.get(f"/api/v1/exports/{made['id']}/file").status_code == 200


def test_nobody_else_does(
    busy: Shop, ready: dict[str, Any], make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    client = client_for(busy.tenant, make_member(busy.tenant, role="admin"))
    assert client.post("/api/v1/exports", {}, content_type=JSON).status_code == 403
    for path in ("", f"/{ready['id']}", f"/{ready['id']}/file"):
        assert client.get(f"/api/v1/exports{path}").status_code == 403
    other = make_tenant()
    client = client_for(other, make_member(other, role="owner"))
    for tail in ("", "/file"):
        answers = [client.get(f"/api/v1/exports/{id_}{tail}") for id_ in (ready["id"], other.id)]
        assert answers[0].status_code == answers[1].status_code == 404
        assert answers[0].content == answers[1].content
    assert client.get("/api/v1/exports").json()["results"] == []


def test_a_file_expires(browser: Client, ready: dict[str, Any], folder: Path) -> None:
    file = folder / f"{ready['id']}.tar.gz"
    forget_expired_exports(now=NOW + timedelta(days=6, hours=23))
    assert file.exists()
    forget_expired_exports(now=NOW + timedelta(days=7, hours=1))
    assert not file.exists()
    assert browser.get(f"/api/v1/exports/{ready['id']}").json()["state"] == "expired"
    assert browser.get(f"/api/v1/exports/{ready['id']}/file").status_code == 409


def test_what_fails_is_tried_again_and_then_given_up(
    browser: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ask(browser)

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tenants.exports.commands.write_archive", fail)
    for state in ("waiting", "waiting", "failed"):
        assert make_next(now=NOW)
        assert browser.get(f"/api/v1/exports/{made['id']}").json()["state"] == state
    assert not make_next(now=NOW)
    ask(browser)


def test_what_is_erased_meanwhile_is_in_no_file(
    busy: Shop, browser: Client, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real, passed = ask(browser), write_archive, list[int]()

    def interrupted(**said: Any) -> Any:
        manifest = real(**said)
        if not passed:
            passed.append(1)
            with platform_context():
                drop_files(tenant_id=busy.tenant.id)
        return manifest

    monkeypatch.setattr("tenants.exports.commands.write_archive", interrupted)
    assert make_next(now=NOW)
    assert browser.get(f"/api/v1/exports/{made['id']}").json()["state"] == "waiting"
    make_all()
    assert browser.get(f"/api/v1/exports/{made['id']}").json()["state"] == "ready"
    with platform_context():
        drop_files(tenant_id=busy.tenant.id)
        assert Export.objects.get(id=made["id"]).state == "expired"
    assert not (folder / f"{made['id']}.tar.gz").exists()


def test_there_are_not_too_many(browser: Client, busy: Shop, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST", 1)
    ask(browser)
    make_all()
    assert browser.post("/api/v1/exports", {}, content_type=JSON).json()["code"] == "too_many_exports"


def test_a_large_file_is_streamed(busy: Shop, owner: Member, database: str) -> None:
    """By the server that people talk to, piece by piece."""
    size = 64 << 20
    with platform_context():
        said: dict[str, Any] = {"asked_by": owner.person_id, "asked_at": NOW, "state": "ready", "size": size}
        export = Export.objects.create(tenant_id=busy.tenant.id, **said)
        commands.get_storage().save(export.file, ContentFile(bytes(size)))
    session = SessionStore()
    proof = Proof(way=Way.PASSWORD)
    begin(session=session, tenant=busy.tenant, person_id=owner.person_id, proof=proof, now=datetime.now(UTC))
    session.save()
    headers = {
        "Host": f"{busy.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}",
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session.session_key}",
    }
    with Server(dsn=database) as server:
        asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        asked.request("GET", f"/api/v1/exports/{export.id}/file", headers=headers)
        answer, before = asked.getresponse(), server.memory
        assert (answer.status, answer.headers["Content-Length"]) == (200, str(size))
        read, most = 0, before
        while piece := answer.read(1 << 20):
            read, most = read + len(piece), max(most, server.memory)
        asked.close()
    commands.get_storage().delete(export.file)
    assert read == size
    assert most - before < size / 4
