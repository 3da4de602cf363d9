"""The guide for partners does what it says: its own blocks, as separate processes, against a server and a worker."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from conversations.access.commands import make_key
from tenants.context import TenantRef, tenant_context
from tests.conftest import MakeMember
from tests.journeys.conftest import ROOT, Service
from tests.serving import free_port

GUIDE: Final = (ROOT / "docs" / "partners.md").read_text()
BLOCKS: Final = re.findall(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
FILES: Final = {name: text for language, name, text in BLOCKS if name}
SCRIPT: Final = "\n".join(text for language, _, text in BLOCKS if language == "sh")
SCOPES: Final = ["conversations.view", "conversations.reply", "contacts.edit", "personal:read", "webhooks.manage"]
PATIENCE_S: Final = 100
# Companies of tests are at names below localhost, which browsers and curl know and Python asks the DNS for.
AT_HOME: Final = '''"""Names below localhost are this machine."""
import socket
_find = socket.getaddrinfo
def find(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else str(host)
    return _find("127.0.0.1" if name.endswith(".localhost") else host, *args, **kwargs)
socket.getaddrinfo = find
'''
# The client as a whole, but for what the generator's own file passes on when a `with` ends.
STRICT: Final = "[mypy]\nstrict = True\n[mypy-yunke_client.client]\ndisable_error_code = arg-type\n"


class Afternoon:
    """A partner's folder and environment; whatever is started there is ended with it."""

    def __init__(self, *, folder: Path, url: str, key: str) -> None:
        """Write the guide's files down."""
        self.folder, self._running = folder, list[subprocess.Popen[str]]()
        (folder / "home").mkdir()
        (folder / "home" / "sitecustomize.py").write_text(AT_HOME)
        for name, text in FILES.items():
            (folder / name).write_text(text)
        port = str(free_port())
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment = {
            **kept,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(folder / "home"),
            "YUNKE": url,
            "KEY": key,
            "PORT": port,
            "RECEIVER": f"http://127.0.0.1:{port}/yunke",
        }

    def start(self, *command: str) -> "subprocess.Popen[str]":
        """Start something in a group of its own."""
        said: Any = {"cwd": self.folder, "env": self.environment, "text": True, "start_new_session": True}
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **said)
        self._running.append(child)
        return child

    def run(self, *command: str) -> str:
        """Run something to its end, which is a good one; answer what it said."""
        output = self.folder / f"output-{len(self._running)}"
        with output.open("w") as file:
            said: Any = {"cwd": self.folder, "env": self.environment, "stdout": file, "stderr": file}
            child = subprocess.Popen(command, start_new_session=True, **said)
        self._running.append(child)
        assert child.wait(timeout=PATIENCE_S) == 0, output.read_text()
        return output.read_text()

    def read(self, name: str) -> Any:
        """Answer JSON that a command has left."""
        return json.loads((self.folder / name).read_text())

    def end(self) -> None:
        """End whatever still runs: these groups are ours alone."""
        for child in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            child.wait(timeout=PATIENCE_S)
            if child.stdout:
                child.stdout.close()


@pytest.fixture
def afternoon(service: Service, tenant: TenantRef, make_member: MakeMember, tmp_path: Path) -> Iterator[Afternoon]:
    owner, now = make_member(tenant, role="owner"), datetime.now(UTC)
    with tenant_context(tenant):
        _, key = make_key(name="Partner", scopes=SCOPES, networks=[], expires_at=None, by=owner, now=now)
    made = Afternoon(folder=tmp_path, url=f"http://{tenant.slug}.localhost:{service.port}", key=key)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.timeout(300)
def test_the_guide(afternoon: Afternoon) -> None:
    afternoon.run("sh", "-eu", "-c", SCRIPT)
    assert afternoon.read("verified.json")["status"] == "live"
    first, event = afternoon.read("first.json"), afternoon.read("event.json")
    assert event["data"]["conversation"] == first["conversation"]
    assert event["data"]["body"]["text"] == "Hello?"
    states = [one["state"] for one in afternoon.read("deliveries.json")["results"]]
    assert set(states) <= {"delivered", "waiting"}
    assert "delivered" in states

    told = json.loads(afternoon.run("python3", "afternoon.py").splitlines()[-1])
    assert told["body"]["text"] == "Is anybody there?"

    (afternoon.folder / "mypy.ini").write_text(STRICT)
    afternoon.run("mypy", "yunke_client", *sorted(FILES.keys() - {"client.yml"}))

    listening = afternoon.start("python3", "listen.py", str(told["position"] - 1))
    assert listening.stdout
    line = listening.stdout.readline()
    assert line.startswith("{"), line + listening.stdout.read()
    heard = json.loads(line)
    assert {name: heard[name] for name in ("position", "kind", "body")} == {
        name: told[name] for name in ("position", "kind", "body")
    }
    lines = (afternoon.folder / "events.jsonl").read_text().splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert len(set(ids)) == len(ids)


def test_it_leaves_nothing_out() -> None:
    """Whatever looks like something to run is run."""
    assert FILES.keys() == {"receiver.py", "client.yml", "afternoon.py", "listen.py"}
    assert {language for language, name, _ in BLOCKS if not name} == {"sh"}
