"""The embedded PostgreSQL: starts, stops, heals what a dead predecessor left, refuses in one line."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import binaries, lodging, process
from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres

HOLD = """
import sys, time
from pathlib import Path
from config.embedded.postgres import EmbeddedPostgres
postgres = EmbeddedPostgres(data_dir=Path(sys.argv[1]))
postgres.start()
print(postgres.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    with lodging.temporary_folder() as folder:
        yield folder / "data"


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(data_dir=data_dir) as started:
        yield started


def ask(dsn: str, question: str) -> object:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def test_it_gives_a_database_to_a_role_that_is_no_superuser_but_makes_roles(postgres: EmbeddedPostgres) -> None:
    question = "select rolsuper::text || rolcreaterole::text from pg_roles where rolname = current_user"
    assert ask(postgres.dsn, question) == "falsetrue"
    assert ask(postgres.dsn, "select pg_get_userbyid(datdba) from pg_database where datname = 'yunke'") == "yunke"
    assert ask(postgres.dsn, "select current_setting('server_encoding')") == "UTF8"


def test_it_is_reachable_by_a_private_socket_alone(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    assert ask(postgres.admin_dsn, "select current_setting('listen_addresses')") == ""
    assert ask(postgres.admin_dsn, "select current_setting('fsync')") == "on"
    assert stat.S_IMODE((data_dir / "socket").stat().st_mode) == 0o700


def test_it_never_runs_as_root(postgres: EmbeddedPostgres) -> None:
    assert postgres.pid
    assert Path(f"/proc/{postgres.pid}").stat().st_uid != 0


def test_data_is_there_after_a_restart_which_is_quick(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir=data_dir) as first, psycopg.connect(first.dsn) as connection:
        connection.execute("create table if not exists kept (n integer)")
        connection.execute("insert into kept values (7)")
    started = time.monotonic()
    with EmbeddedPostgres(data_dir=data_dir) as second:
        assert time.monotonic() - started < 5  # 0.1 s on an idle machine
        assert ask(second.dsn, "select max(n) from kept") == 7


def test_a_folder_in_use_is_refused(postgres: EmbeddedPostgres, data_dir: Path) -> None:
    with pytest.raises(Obstacle, match="in use by another process"):
        EmbeddedPostgres(data_dir=data_dir).start()
    assert ask(postgres.dsn, "select 1") == 1


def test_it_dies_with_its_parent(data_dir: Path) -> None:
    holder, pid = _hold(data_dir)
    holder.kill()
    holder.wait()
    _await(lambda: not Path(f"/proc/{pid}").exists())


def test_it_heals_a_killed_postmaster_and_leaves_no_shared_memory(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir=data_dir) as postgres:
        assert postgres.pid
        used = {_segment_of(data_dir)}
        assert used <= _shared_memory()
        os.kill(postgres.pid, signal.SIGKILL)
        _await(lambda: postgres.pid is None)
        postgres.start()
        assert ask(postgres.dsn, "select 1") == 1
        used.add(_segment_of(data_dir))
    assert not used & _shared_memory()


def test_an_orphan_is_stopped_first(data_dir: Path) -> None:
    # Where the kernel does not help (macOS) a postmaster outlives its parent.
    with EmbeddedPostgres(data_dir=data_dir):
        pass
    orphan = process.start(
        command=_postgres_command(data_dir), env={}, output=subprocess.DEVNULL, identity=lodging.find_identity()
    )
    try:
        _await((data_dir / "postgres/postmaster.pid").exists)
        with EmbeddedPostgres(data_dir=data_dir) as postgres:
            assert postgres.pid != orphan.pid
            assert orphan.wait(timeout=10) == 0
            assert ask(postgres.dsn, "select 1") == 1
    finally:
        orphan.kill()
        orphan.wait()


def test_a_pid_file_that_names_another_program_does_not_stop_it(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir=data_dir):
        pass
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (data_dir / "postgres/postmaster.pid").write_text(f"{stranger.pid}\n")
        with EmbeddedPostgres(data_dir=data_dir) as postgres:
            assert ask(postgres.dsn, "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_socket_path_that_would_be_too_long_is_put_elsewhere(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir=data_dir / ("long" * 25)) as postgres:
        assert ask(postgres.dsn, "select 1") == 1


def test_a_folder_of_a_version_that_is_not_here_is_refused(data_dir: Path) -> None:
    old = data_dir / "old"
    (old / "postgres").mkdir(parents=True)
    (old / "postgres/PG_VERSION").write_text("9\n")
    with pytest.raises(Obstacle, match="made by PostgreSQL 9 and that version is not here"):
        EmbeddedPostgres(data_dir=old).start()


def test_a_first_start_that_was_cut_short_is_begun_again(data_dir: Path) -> None:
    fresh = data_dir / "cut"
    (fresh / "postgres.half").mkdir(parents=True)
    (fresh / "postgres.half/PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data_dir=fresh) as postgres:
        assert ask(postgres.dsn, "select 1") == 1


@pytest.mark.parametrize("installed", list(binaries.get_installed()), ids=lambda installed: installed.version)
def test_it_runs_with_every_version_that_is_here(
    data_dir: Path, installed: binaries.Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.embedded.postgres.find_binaries", lambda **_: installed)
    with EmbeddedPostgres(data_dir=data_dir / installed.version) as postgres:
        assert str(ask(postgres.dsn, "show server_version")).startswith(installed.version)
    monkeypatch.undo()
    with EmbeddedPostgres(data_dir=data_dir / installed.version) as again:  # finds the version that made the folder
        assert str(ask(again.dsn, "show server_version")).startswith(str(installed.major))


def test_a_stranger_is_not_let_in(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(postgres.dsn.replace("yunke@", "stranger@", 1))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives PostgreSQL to another user")
def test_under_a_closed_folder_root_keeps_the_data_in_a_safe_place(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(lodging, "SAFE_PLACE", data_dir.parent / "safe")
    for _ in range(2):  # found again by the link
        with EmbeddedPostgres(data_dir=closed) as postgres:
            assert ask(postgres.dsn, "select 1") == 1
    assert len(list((data_dir.parent / "safe").glob("data-*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives PostgreSQL to another user")
def test_programs_that_nobody_cannot_reach_are_copied(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lodging, "SAFE_PLACE", data_dir.parent / "copies")
    monkeypatch.setattr(lodging, "is_reachable", lambda _: False)
    found = binaries.find_binaries(major=None)
    copy = lodging.lodge_binaries(binaries=found, identity=lodging.find_identity())
    said = subprocess.run([copy.program("initdb"), "--version"], capture_output=True, text=True, check=True).stdout
    assert found.version in said
    assert copy.root.parent == data_dir.parent / "copies"


def _hold(data_dir: Path) -> tuple[subprocess.Popen[str], int]:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    with holder.stdout:
        return holder, int(holder.stdout.readline())


def _postgres_command(data_dir: Path) -> list[str]:
    program = binaries.find_binaries(major=None).program("postgres")
    return [
        program,
        "-D",
        str(data_dir / "postgres"),
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={data_dir}/socket",
    ]


def _segment_of(data_dir: Path) -> str:
    """The id of the cluster's System V segment, which PostgreSQL writes down with its key."""
    return (data_dir / "postgres/postmaster.pid").read_text().splitlines()[6].split()[1]


def _shared_memory() -> set[str]:
    """The System V segments of this machine by id."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines}


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
