"""A real server and worker on a loopback port, and a stage with people in real browsers before it.

Everything that needs Django's database happens before the browser starts: Playwright keeps an event loop running.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import sync_playwright

from conversations.definitions.inbox.queries import get_inboxes
from tenants.context import tenant_context
from tests.chromium import find_chromium
from tests.conftest import PASSWORD, MakeMember, MakeTenant
from tests.journeys.stage import ARGUMENTS, Stage
from tests.site import Site

ROOT: Final = Path(__file__).resolve().parents[2]
STARTS_S: Final = 40


class Service:
    """`manage.py serve` and `manage.py work` on one database; the server may be killed and started again."""

    def __init__(self, *, dsn: str, log: Path) -> None:
        """Choose a free port and start the worker; both write to `log`."""
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._environment = {**os.environ, "DATABASE_URL": dsn, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        self._server: subprocess.Popen[bytes] | None = None
        self._worker = self._run("work")

    def start(self) -> None:
        """Start the server and wait until it listens."""
        self._server = self._run("serve", "--port", str(self.port))
        until = time.monotonic() + STARTS_S
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self._server.poll() is None, f"the server ended at once:\n{self._log.read_text()[-3000:]}"
                time.sleep(0.1)
            else:
                return
        raise TimeoutError("the server does not listen")

    def kill(self) -> None:
        """Kill the server as a crash would."""
        assert self._server is not None
        self._server.kill()
        self._server.wait()

    def stop(self) -> None:
        """Stop both."""
        for process in (self._server, self._worker):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in (self._server, self._worker):
            if process is not None:
                process.wait(timeout=20)

    def _run(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        with self._log.open("ab") as log:
            return subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)


@pytest.fixture(scope="module")
def service(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The running system, shared by the journeys of a file; whoever kills the server starts it again.

    Not by all files: between them are tests whose mails and events its worker would take.
    """
    running = Service(dsn=database, log=tmp_path_factory.mktemp("service") / "log")
    try:
        running.start()
        yield running
    finally:
        running.stop()


MakeStage = Callable[[], Stage]


@pytest.fixture
def stage(service: Service, make_tenant: MakeTenant, make_member: MakeMember, tmp_path: Path) -> Iterator[Stage]:
    """A company with an owner, two agents, an inbox, and a browser. No error may appear on any of its pages."""
    tenant = make_tenant(name="Cloud Tea")
    people = {
        name: make_member(tenant, role=role, name=name).email
        for name, role in (("Olivia", "owner"), ("Amy", "agent"), ("Ben", "agent"))
    }
    with tenant_context(tenant):
        key = get_inboxes()[0].key
    site = Site(tenant=tenant, inbox=key)
    url = f"http://{tenant.slug}.localhost:{service.port}"
    path = find_chromium()
    assert path, "Chromium is missing: `./dev test` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        scene = Stage(browser=browser, url=url, key=key, site=site, people=people, password=PASSWORD, folder=tmp_path)
        yield scene
        problems = scene.problems
        browser.close()
    assert problems == []
