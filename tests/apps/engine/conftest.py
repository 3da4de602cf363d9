"""Logs to test, each test of the contract over all of them; and tenants with something to write about."""

import asyncio
from collections.abc import Iterator

import pytest

from conversations.engine.streams import new_subject
from tenants.context import TenantRef
from tests.apps.engine.logs import AnyLog, CommandLog, WriterLog, make_memory_log
from tests.apps.engine.writing import MakePlace, Place
from tests.conftest import MakeTenant


@pytest.fixture
def writer_log(tenant: TenantRef) -> Iterator[WriterLog]:
    """A tenant's log through a writer of its own."""
    with asyncio.Runner() as runner:
        found = WriterLog(tenant=tenant, runner=runner)
        try:
            yield found
        finally:
            found.stop()


@pytest.fixture(params=["memory", "command", "writer"])
def any_log(request: pytest.FixtureRequest) -> AnyLog:
    """Every implementation of the log, empty."""
    if request.param == "memory":
        return make_memory_log()
    if request.param == "command":
        return CommandLog(tenant=request.getfixturevalue("tenant"))
    found: AnyLog = request.getfixturevalue("writer_log")
    return found


@pytest.fixture
def make_place(make_tenant: MakeTenant) -> MakePlace:
    """Make a tenant with one subject to write about."""

    def make() -> Place:
        tenant, subject = make_tenant(), new_subject()
        CommandLog(tenant=tenant).open_streams(subject=subject)
        return tenant, subject

    return make


@pytest.fixture
def place(make_place: MakePlace) -> Place:
    return make_place()


@pytest.fixture
def places(make_place: MakePlace) -> list[Place]:
    return [make_place() for _ in range(3)]
