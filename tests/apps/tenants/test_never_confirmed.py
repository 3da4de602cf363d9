"""From a sign-up that nobody confirms to nothing: by the worker itself, and the address is the next one's at once."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.database.roles import SchemaUsed
from tenants.models import Head, Person, Tenant, Tombstone
from tenants.provisioning import commands
from tenants.queries import find_tenant_by_slug
from tests.conftest import PASSWORD
from tests.serving import Worker

JSON = "application/json"
PATIENCE_S = 60


def sign_up(client: Client, slug: str) -> TenantRef:
    body = {"name": "Acme", "slug": slug, "email": f"{slug}@example.com", "password": PASSWORD}
    answer = client.post("/api/v1/tenants", body, content_type=JSON)
    assert answer.status_code == 201, answer.content
    assert not answer.json()["confirmed"]
    found = find_tenant_by_slug(slug=slug)
    assert found
    return found


def is_there(tenant: TenantRef) -> bool:
    with platform_context():
        return Tenant.objects.filter(id=tenant.id).exists()


def schema_and_role(tenant: TenantRef) -> tuple[Any, ...]:
    query = "SELECT to_regnamespace(%s) IS NOT NULL, to_regrole(%s) IS NOT NULL"
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(query, [tenant.schema, tenant.schema])
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def test_who_never_confirms_is_gone_and_the_address_is_free(
    platform_client: Client, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = f"n-{secrets.token_hex(6)}"
    tenant = sign_up(platform_client, slug)
    assert schema_and_role(tenant) == (True, True)
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(created_at=datetime.now(UTC) - timedelta(days=7, hours=1))
    with Worker(dsn=database) as worker:
        until = time.monotonic() + PATIENCE_S
        while is_there(tenant):
            assert time.monotonic() < until, worker.output()
            time.sleep(0.1)
    assert schema_and_role(tenant) == (False, False)
    with platform_context():
        stone = Tombstone.objects.get(id=tenant.id)
        assert (stone.schema, stone.slug_digest, stone.slug_until) == (tenant.schema, None, None)
        assert not Person.objects.filter(email=f"{slug}@example.com").exists()
    again = sign_up(platform_client, slug)
    assert again.schema != tenant.schema
    assert again.id != tenant.id
    with monkeypatch.context() as patched:
        patched.setattr(commands, "new_schema_name", lambda: tenant.schema)
        patched.setattr(commands, "take_ready", lambda: None)
        with pytest.raises(SchemaUsed):
            sign_up(platform_client, f"m-{secrets.token_hex(6)}")
    with platform_context():  # else every worker of another test tries once more
        Head.objects.filter(schema=tenant.schema).delete()
        Tenant.objects.filter(schema=tenant.schema).delete()
    assert schema_and_role(tenant) == (False, False)
