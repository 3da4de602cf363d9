"""The whole of Yunke on one machine: database, tables and demo, worker, server - started, kept up, stopped."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

from config.embedded import process
from config.embedded.doorstep import LOOPBACK, check_database, check_port
from config.embedded.folder import ROOT, DataFolder, write_json
from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.supervise import Command, Database, Household

SETTINGS: Final = "config.settings.embedded"
ANSWER_SECONDS: Final = 60.0
CHECK_SECONDS: Final = 0.2


class Stack:
    """One running Yunke. As a context manager it stops on the way out, whatever happened."""

    def __init__(self, *, data_dir: Path, port: int, say: Callable[[str], None]) -> None:
        """Name folder and port; nothing is touched before `start`."""
        self.folder = DataFolder(path=data_dir)
        self.port = port
        self.server: Command | None = None
        self._say = say
        self._household = Household(say=say)
        self._preparing: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start nothing yet: `start` may fail, and `__exit__` must run then."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def start(self) -> None:
        """Start everything, or raise Obstacle. Nothing is started before everything was looked at."""
        self.folder.open()
        check_port(port=self.port)
        given = os.environ.get("DATABASE_URL")
        if given:
            self._say("database: the one that DATABASE_URL names")
            check_database(url=given)
        env = environment(folder=self.folder, database_url=given or self._start_database())
        self._prepare(env=env)
        self._start_commands(env=env)
        self._await_answer()
        write_json(self.folder.running, value={"port": self.port, "database_url": env["DATABASE_URL"]})

    def watch(self) -> None:
        """Keep everything running; only an exception (KeyboardInterrupt) ends it."""
        while True:
            time.sleep(CHECK_SECONDS)
            self._household.check()

    def check(self) -> None:
        """Start again what died, once."""
        self._household.check()

    def stop(self) -> None:
        """Stop everything in order: server, worker, database. The data stays."""
        if self._preparing:
            process.stop(child=self._preparing, steps=[(signal.SIGTERM, 5.0)])
        self._household.stop()
        self.folder.close()

    def _start_database(self) -> str:
        postgres = EmbeddedPostgres(data_dir=self.folder.path)
        self._say(f"database: starting PostgreSQL in {self.folder.path}")
        self._household.add(Database(postgres=postgres))
        if postgres.place != self.folder.path.resolve():
            self._say(f"database: its files are in {postgres.place}, for it may not run as root nor enter that folder")
        return postgres.dsn

    def _prepare(self, *, env: dict[str, str]) -> None:
        """Migrate and make the demo, in a process of its own: Django is then not needed here."""
        self._preparing = process.start(
            command=[
                *(sys.executable, "-m", "config.embedded.prepare"),
                *("--port", str(self.port), "--demo", str(self.folder.demo)),
            ],
            env=env,
            output=None,
            when_parent_dies=signal.SIGKILL,
            cwd=ROOT,
        )
        status = self._preparing.wait()
        self._preparing = None
        if status != 0:
            raise Obstacle(f"the tables or the demo could not be made (exit status {status}): see the lines above")

    def _start_commands(self, *, env: dict[str, str]) -> None:
        logs = self.folder.path
        self._say(f"worker and server: starting, they write to {logs}/worker.log and server.log")
        self._household.add(Command(name="worker", arguments=["work"], env=env, log=logs / "worker.log"))
        self.server = Command(
            name="server", arguments=["serve", "--port", str(self.port)], env=env, log=logs / "server.log"
        )
        self._household.add(self.server)

    def _await_answer(self) -> None:
        """Wait until the server answers over HTTP; raise Obstacle when it dies or stays silent."""
        deadline = time.monotonic() + ANSWER_SECONDS
        status: int | None = None
        while time.monotonic() < deadline:
            status = self._ask()
            if status is not None and status < 500:
                return
            how = self.server.death() if self.server else None
            if self.server and how:
                raise Obstacle(f"the server died ({how}), see {self.server.log}: {self.server.last_words()}")
            time.sleep(0.05)
        raise Obstacle(f"the server does not answer properly ({status}): see {self.folder.path}/server.log")

    def _ask(self) -> int | None:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


def environment(*, folder: DataFolder, database_url: str) -> dict[str, str]:
    """Answer what every process of ours finds in its environment."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": database_url,
        "YUNKE_SECRET_KEY": folder.secret_key(),
        "YUNKE_FILES_FOLDER": os.environ.get("YUNKE_FILES_FOLDER") or str(folder.files),
        "YUNKE_EXPORTS_FOLDER": os.environ.get("YUNKE_EXPORTS_FOLDER") or str(folder.exports),
        "EMAIL_URL": os.environ.get("EMAIL_URL") or f"file://{quote(str(folder.mails))}",
        "PYTHONUNBUFFERED": "1",
    }
