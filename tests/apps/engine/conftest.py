"""Logs to test: each test of the contract runs over all of them."""

import asyncio
from collections.abc import Iterator

import pytest

from tenants.context import TenantRef
from tests.apps.engine.logs import AnyLog, CommandLog, WriterLog, make_memory_log


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
