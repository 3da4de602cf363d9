"""A tenant's change reaches every process at once: what they remember of it is told over the bus to be old."""

import http.client
import time

from django.db import transaction

from config.worker import Worker
from tenants.context import TenantRef, platform_context
from tenants.models import Tenant
from tenants.ports import say_tenant_changed
from tenants.queries import find_tenant_by_host
from tests.conftest import MakeTenant
from tests.serving import Server

HEARS_S = 5.0  # much less than it would be remembered for


def test_a_server_that_knows_the_old_slug_hears_of_the_new_one(server: Server, tenant: TenantRef) -> None:
    assert status(server, tenant.slug) == 200
    rename(tenant, f"{tenant.slug}x")
    assert status(server, tenant.slug) == 200, "it was not remembered, so this test shows nothing"
    with platform_context(), transaction.atomic():
        say_tenant_changed(tenant=tenant)
    until = time.monotonic() + HEARS_S
    while status(server, tenant.slug) != 404:
        assert time.monotonic() < until
        time.sleep(0.05)
    assert status(server, f"{tenant.slug}x") == 200


def test_this_process_forgets_at_commit_and_not_before(tenant: TenantRef) -> None:
    host = f"{tenant.slug}.localhost"
    assert find_tenant_by_host(host=host) == tenant
    with platform_context(), transaction.atomic():
        Tenant.objects.filter(id=tenant.id).update(slug=f"{tenant.slug}x")
        say_tenant_changed(tenant=tenant)
        assert find_tenant_by_host(host=host) == tenant
    assert find_tenant_by_host(host=host) is None


def test_a_worker_hears_of_it(make_tenant: MakeTenant) -> None:
    tenant = make_tenant()
    worker = Worker()
    worker._wait()
    assert worker._find_tenant(tenant.schema) == tenant
    rename(tenant, f"{tenant.slug}x")
    assert worker._find_tenant(tenant.schema) == tenant
    with platform_context():
        say_tenant_changed(tenant=tenant)
    worker._wait()
    found = worker._find_tenant(tenant.schema)
    assert found is not None
    assert found.slug == f"{tenant.slug}x"
    worker._let_go()


def rename(tenant: TenantRef, slug: str) -> None:
    with platform_context():
        Tenant.objects.filter(id=tenant.id).update(slug=slug)


def status(server: Server, slug: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", "/sign-in", headers={"Host": f"{slug}.localhost"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
