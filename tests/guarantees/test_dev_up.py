"""`./dev up` as a person meets it: it comes up, heals, stops, and when it cannot start it says why in one line."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from config.embedded.lodging import temporary_folder

UP_SECONDS = 60


class Up:
    """One `./dev up` with its own folder and port."""

    def __init__(self, *, data: Path, port: int, env: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = port
        self.log = data.with_suffix(f".{port}.log")
        without = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.embedded.up", "--port", str(port), "--data", str(data)],
                env={**without, **(env or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def said(self) -> str:
        return self.log.read_text()

    def await_up(self) -> None:
        until(lambda: "Yunke is up" in self.said() or self.process.poll() is not None, seconds=UP_SECONDS)
        assert self.process.poll() is None, self.said()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=40)

    def children(self) -> dict[int, str]:
        """Process id -> command line of what it started."""
        return {pid: _command_line(pid) for pid in _pids() if _parent(pid) == self.process.pid}

    def child(self, word: str) -> int:
        return next(pid for pid, command in self.children().items() if word in command)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "data"


@contextmanager
def up(data: Path, *, port: int | None = None, env: dict[str, str] | None = None) -> Iterator[Up]:
    started = Up(data=data, port=port or free_port(), env=env)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.terminate()
            started.process.wait(timeout=40)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port: int = server.getsockname()[1]
        return port


def get(port: int, *, host: str = "localhost") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": f"{host}:{port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def until(condition: Callable[[], Any], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_it_comes_up_with_two_companies_and_ctrl_c_ends_it_well(data: Path) -> None:
    with up(data) as first:
        first.await_up()
        demo = json.loads((data / "demo.json").read_text())
        assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
        assert [tenant["slug"] for tenant in demo["tenants"]] == ["acme", "globex"]
        assert {member["role"] for tenant in demo["tenants"] for member in tenant["members"]} == {"owner", "agent"}
        assert all(tenant["inbox"] in tenant["widget"] for tenant in demo["tenants"])
        assert get(first.port) == 200
        assert get(first.port, host="acme.localhost") in {200, 302}
        children = first.children()
        assert first.end(signal.SIGINT) == 0
        assert "the data is kept" in first.said()
        assert not children.keys() & _pids()
    with up(data) as second:
        second.await_up()
        again = json.loads((data / "demo.json").read_text())
        assert [tenant["members"] for tenant in again["tenants"]] == [tenant["members"] for tenant in demo["tenants"]]
        assert [tenant["inbox"] for tenant in again["tenants"]] == [tenant["inbox"] for tenant in demo["tenants"]]
        assert second.end(signal.SIGTERM) == 0


def test_it_heals_lets_no_second_in_and_leaves_nothing_running(data: Path) -> None:
    with up(data) as running:
        running.await_up()
        for word in (" serve ", " work ", "postgres -D"):
            kill_and_wait(running, word)
        with up(data) as second:
            assert "running already on the data folder" in refusal(second)
        assert get(running.port) == 200
        until(lambda: len(running.children()) == 3, seconds=30)
        children = running.children()
        running.process.kill()
        running.process.wait()
        until(lambda: not children.keys() & _pids(), seconds=20)
    with up(data) as after:
        after.await_up()


def kill_and_wait(running: Up, word: str) -> None:
    """Kill what has this word in its command line; wait until it is there anew and all is served again."""
    before, deaths = running.child(word), running.said().count("starting it again")
    os.kill(before, signal.SIGKILL)
    until(lambda: running.said().count("starting it again") > deaths, seconds=20)
    until(lambda: any(word in command for command in running.children().values()), seconds=20)
    assert running.child(word) != before
    until(lambda: get(running.port) == 200, seconds=30)


def test_a_taken_port_is_refused(data: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
        with up(data, port=port) as refused:
            assert f"port {port} is taken: ./dev up --port" in refusal(refused)


def test_a_database_that_refuses_is_told(data: Path) -> None:
    url = f"postgresql://yunke@127.0.0.1:{free_port()}/yunke"
    with up(data, env={"DATABASE_URL": url}) as refused:
        assert "correct DATABASE_URL" in refusal(refused)


def refusal(refused: Up) -> str:
    """Answer the one line that a start which is refused ends with."""
    assert refused.process.wait(timeout=30) == 1
    last = refused.said().strip().splitlines()[-1]
    assert last.startswith("./dev up: ")
    assert "Traceback" not in refused.said()
    return last


def _pids() -> set[int]:
    """Every process that runs; the dead whom nobody has buried yet do not count."""
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit() and _state(path) not in "ZX"}


def _state(process: Path) -> str:
    try:
        return (process / "stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "X"


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
