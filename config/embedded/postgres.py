"""The embedded PostgreSQL: one cluster in a data folder, run as our direct child, reachable by us alone.

It listens on a Unix socket in a private folder, never on TCP, and lets in only the user that started it (peer).
Knows nothing of Django: the standard library and psycopg only.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.embedded import orphans, process
from config.embedded.binaries import Binaries, find_binaries
from config.embedded.locks import take_lock
from config.embedded.lodging import find_identity, give, lodge_binaries, lodge_cluster
from config.embedded.obstacles import Obstacle

ROLE: Final = "yunke"
DATABASE: Final = "yunke"
SUPERUSER: Final = "postgres"
START_SECONDS: Final = 60.0
LONGEST_SOCKET_PATH: Final = 100  # the kernel's limit is 107 bytes on Linux, 103 on macOS
SOCKET_NAME: Final = "/.s.PGSQL.5432"
# Fast shutdown (sessions are cut, all is written), then immediate (the next start recovers from the log).
STOP_STEPS: Final = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))
SETTINGS: Final = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # a tenant's clone touches every relation in one transaction
    "shared_buffers": "128MB",
    "min_wal_size": "256MB",  # recycled segments, so that a busy server does not keep making new ones
    "max_wal_size": "1GB",
    "jit": "off",  # short statements only: compiling costs more than it saves
}


class EmbeddedPostgres:
    """One PostgreSQL cluster under `data_dir`. Use from one thread: the server dies with the thread that started it."""

    def __init__(self, *, data_dir: Path) -> None:
        """Name the folder; nothing is touched before `start`."""
        self._data_dir = data_dir.absolute()
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None
        self._short_dir: Path | None = None
        self._socket_dir = Path()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    @property
    def dsn(self) -> str:
        """The URL of database `yunke` as its owner `yunke`, who is no superuser but may make roles."""
        return self._url(role=ROLE, database=DATABASE)

    @property
    def admin_dsn(self) -> str:
        """The URL of the superuser, for what only tests and upgrades need."""
        return self._url(role=SUPERUSER, database="postgres")

    @property
    def place(self) -> Path:
        """The folder that its files are in: the data folder, unless the user it runs as could not reach that."""
        return lodge_cluster(data_dir=self._data_dir, identity=find_identity())

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def start(self) -> str:
        """Start the server (making the cluster on first use) and answer the DSN of its database."""
        self._make_data_dir()
        self._take_lock()
        try:
            return self._start_locked()
        except PermissionError as error:
            self.stop()
            raise Obstacle(
                f"{error.filename} belongs to another user: run ./dev as that one, or use --data DIR"
            ) from None
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server; everything is written and nothing of it is left running."""
        if self._child:
            process.stop(child=self._child, steps=STOP_STEPS)
            self._child = None
        if self._short_dir:
            shutil.rmtree(self._short_dir, ignore_errors=True)
            self._short_dir = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def _start_locked(self) -> str:
        identity = find_identity()
        place = lodge_cluster(data_dir=self._data_dir, identity=identity)
        cluster = place / "postgres"
        binaries = lodge_binaries(binaries=find_binaries(major=_major_of(cluster)), identity=identity)
        if not cluster.exists():
            _make_cluster(cluster=cluster, binaries=binaries, identity=identity)
        _write_access_rules(cluster=cluster)
        orphans.clear(cluster=cluster)
        self._socket_dir = self._make_socket_dir(place=place, identity=identity)
        self._run(cluster=cluster, binaries=binaries, identity=identity)
        self._furnish()
        return self.dsn

    def _make_data_dir(self) -> None:
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Obstacle(
                f"cannot make the data folder {self._data_dir} ({error.strerror}): choose another with --data DIR"
            ) from None

    def _take_lock(self) -> None:
        """Hold the folder as long as we live."""
        if self._lock:
            return
        taken = f"the data folder {self._data_dir} is in use by another process: stop that one, or use --data DIR"
        self._lock = take_lock(folder=self._data_dir, name="postgres.lock", taken=taken)

    def _make_socket_dir(self, *, place: Path, identity: process.Identity) -> Path:
        folder = place / "socket"
        if len(os.fsencode(folder)) + len(SOCKET_NAME) > LONGEST_SOCKET_PATH:
            root = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 - mkdtemp makes a private folder in it
            folder = self._short_dir = self._short_dir or Path(tempfile.mkdtemp(prefix="yunke-", dir=root))
        folder.mkdir(exist_ok=True)
        give(folder, identity=identity)
        return folder

    def _run(self, *, cluster: Path, binaries: Binaries, identity: process.Identity) -> None:
        settings = {**SETTINGS, "unix_socket_directories": str(self._socket_dir)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log_path = self._data_dir / "postgres.log"
        with log_path.open("wb") as log:
            self._child = process.start(
                command=[binaries.program("postgres"), "-D", str(cluster), *options],
                env=_environment(),
                output=log,
                identity=identity,
                when_parent_dies=signal.SIGINT,
                cwd=cluster.parent,
            )
        self._await_ready(cluster=cluster, log_path=log_path)

    def _await_ready(self, *, cluster: Path, log_path: Path) -> None:
        """Wait until the postmaster writes `ready` into its pid file (as pg_ctl does)."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.pid:
            if orphans.read_state(cluster=cluster) == (self.pid, "ready"):
                return
            time.sleep(0.01)
        last = log_path.read_text(errors="replace").strip().splitlines()[-1:]
        raise Obstacle(f"PostgreSQL did not start, see {log_path}: {''.join(last)}")

    def _furnish(self) -> None:
        """Make the role and the database that are missing; also heals a first start that was cut short."""
        with psycopg.connect(self.admin_dsn, autocommit=True) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("create role {} login createrole").format(sql.Identifier(ROLE)))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE))
                )

    def _url(self, *, role: str, database: str) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self._socket_dir), safe='')}"


def _environment() -> dict[str, str]:
    """What PostgreSQL gets of our environment: no PG* variable may change what it does."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _major_of(cluster: Path) -> int | None:
    version = cluster / "PG_VERSION"
    return int(version.read_text().strip()) if version.exists() else None


def _make_cluster(*, cluster: Path, binaries: Binaries, identity: process.Identity) -> None:
    """Make it beside its place, then rename: a start that is killed leaves no half cluster."""
    half = cluster.with_name("postgres.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    give(half, identity=identity)
    with tempfile.TemporaryFile() as output:
        child = process.start(
            command=[
                *(binaries.program("initdb"), "-D", str(half), "-U", SUPERUSER, "--auth=peer"),
                *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
            ],
            env=_environment(),
            output=output,
            identity=identity,
            when_parent_dies=signal.SIGKILL,
            cwd=half.parent,
        )
        status = child.wait()
        output.seek(0)
        said = output.read().decode(errors="replace").strip()
    if status != 0:
        shutil.rmtree(half, ignore_errors=True)
        raise Obstacle(f"PostgreSQL's initdb failed: {' '.join(said.splitlines()[-2:])}")
    half.rename(cluster)


def _write_access_rules(*, cluster: Path) -> None:
    """Let in the user that runs us and nobody else, as the superuser or as the application."""
    name = pwd.getpwuid(os.geteuid()).pw_name
    lines = [f'yunke "{name}" {role}\n' for role in (SUPERUSER, ROLE)]
    (cluster / "pg_ident.conf").write_text("".join(lines))
    (cluster / "pg_hba.conf").write_text("local all all peer map=yunke\n")
