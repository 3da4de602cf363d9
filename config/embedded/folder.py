"""The data folder of one `./dev up`: what is kept in it, and the lock that lets one process at a time use it."""

import json
import os
import secrets
from pathlib import Path
from typing import IO, Final

from config.embedded.locks import is_locked, take_lock

ROOT: Final = Path(__file__).resolve().parents[2]
DEFAULT: Final = ROOT / ".data"


class DataFolder:
    """A folder that `open` makes ours until `close` or our death."""

    def __init__(self, *, path: Path) -> None:
        """Name the folder; nothing is touched before `open`."""
        self.path = path.absolute()
        self._lock: IO[bytes] | None = None

    @property
    def demo(self) -> Path:
        """Addresses and sign-ins of the demo companies, for scripts and for the next start."""
        return self.path / "demo.json"

    @property
    def mails(self) -> Path:
        """Where mails are written instead of being sent."""
        return self.path / "mails"

    @property
    def exports(self) -> Path:
        """Where archives of companies wait to be downloaded."""
        return self.path / "exports"

    @property
    def files(self) -> Path:
        """Where files are that people add."""
        return self.path / "files"

    @property
    def running(self) -> Path:
        """What runs now: port and database, for `./dev manage`."""
        return self.path / "running.json"

    def open(self) -> None:
        """Make the folder if it is missing, and lock it."""
        taken = (
            f"Yunke is running already on the data folder {self.path}: stop that one (Ctrl-C), or start another"
            " with --data DIR --port N"
        )
        self._lock = take_lock(folder=self.path, name="up.lock", taken=taken)

    def is_open(self) -> bool:
        """Whether any process, ours or another, has it open now."""
        return is_locked(path=self.path / "up.lock")

    def close(self) -> None:
        """Let others use the folder."""
        self.running.unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def secret_key(self) -> str:
        """Answer Django's secret key, made once."""
        path = self.path / "secret_key"
        if not path.exists():
            write_private(path, text=secrets.token_urlsafe(48) + "\n")
        return path.read_text().strip()


def write_private(path: Path, *, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    half.replace(path)


def write_json(path: Path, *, value: object) -> None:
    """Write JSON that only we may read, whole or not at all."""
    write_private(path, text=json.dumps(value, indent=2, ensure_ascii=False) + "\n")
