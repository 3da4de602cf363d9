"""A deletion is killed at every point and run again: the tenant is there whole, or gone whole with its people."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connection

from tenants.context import TenantRef, platform_context
from tenants.exports import commands
from tenants.exports.models import Export
from tenants.members.member import Member
from tenants.models import Membership, Person, Tenant, Tombstone
from tenants.provisioning.deletion import delete_due
from tests.conftest import MakeMember, MakeTenant
from tests.guarantees.dying import POINTS
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of archives, for this process and for children."""
    monkeypatch.setenv("YUNKE_EXPORTS_FOLDER", str(tmp_path))
    monkeypatch.setattr("tenants.exports.commands.get_storage", lambda: FileSystemStorage(location=tmp_path))
    return tmp_path


def make_due(tenant: TenantRef, member: Member) -> Export:
    """Let the tenant's time come; it has an archive."""
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(deletion_asked_at=NOW - timedelta(days=30), delete_at=NOW)
        export = Export.objects.create(tenant_id=tenant.id, asked_by=member.person_id, asked_at=NOW, state="ready")
        commands.get_storage().save(export.file, ContentFile(b"everything"))
    return export


def left(tenant: TenantRef, member: Member) -> set[str]:
    """What there still is of a tenant."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'schema' FROM pg_namespace WHERE nspname = %(schema)s"
            " UNION SELECT 'role' FROM pg_roles WHERE rolname = %(schema)s"
            " UNION SELECT 'head' FROM heads WHERE schema = %(schema)s"
            " UNION SELECT 'tenant' FROM tenants WHERE id = %(id)s"
            " UNION SELECT 'member' FROM memberships WHERE tenant_id = %(id)s"
            " UNION SELECT 'session' FROM sessions WHERE tenant_id = %(id)s"
            " UNION SELECT 'person' FROM persons WHERE id = %(person)s",
            {"schema": tenant.schema, "id": tenant.id, "person": member.person_id},
        )
        return {what for (what,) in cursor.fetchall()}


def test_killed_at_every_point(make_tenant: MakeTenant, make_member: MakeMember, folder: Path) -> None:
    tenant = make_tenant()
    member = make_member(tenant)
    Shop(tenant=tenant).welcome(text="hello")
    make_due(tenant, member)
    whole = left(tenant, member)
    assert {"schema", "role", "head", "tenant", "member", "person"} <= whole
    for point in POINTS:
        command = [sys.executable, "-m", "tests.guarantees.dying", point, NOW.isoformat()]
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        killed = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, check=False, timeout=100)
        assert killed.returncode == -signal.SIGKILL, point
        assert left(tenant, member) == (set() if point == "gone" else whole), point
        assert list(folder.iterdir()) == [] or point == "due"
    assert delete_due(now=NOW) == []
    with platform_context():
        stone = Tombstone.objects.get(id=tenant.id)
        assert (stone.schema, stone.deleted_at) == (tenant.schema, NOW)
        assert not Person.objects.filter(id=member.person_id).exists()
        assert not Membership.objects.filter(tenant_id=tenant.id).exists()
