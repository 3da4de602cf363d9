"""Where PostgreSQL may live: as root it runs as `nobody`, who must be able to reach its files.

Rights of folders that are not ours are never changed. What `nobody` cannot reach is kept in SAFE_PLACE instead.
"""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.embedded.binaries import WHEEL, Binaries
from config.embedded.obstacles import Obstacle
from config.embedded.process import OURSELVES, Identity

SAFE_PLACE = Path("/var/lib/yunke")
OPEN_PLACES = (Path("/tmp"),)  # noqa: S108 - mkdtemp makes a private folder in it; TMPDIR may be closed or too long
UNPRIVILEGED = "nobody"
ENTER = 0o001
READ = 0o004


def find_identity() -> Identity:
    """Answer who PostgreSQL runs as: we ourselves, or `nobody` when we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return OURSELVES
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        raise Obstacle(
            f"PostgreSQL refuses root and there is no user `{UNPRIVILEGED}`: run ./dev as another user"
        ) from None
    return Identity(uid=entry.pw_uid, gid=entry.pw_gid)


def is_reachable(path: Path) -> bool:
    """Whether everybody may enter every folder above `path`."""
    return all(parent.stat().st_mode & ENTER for parent in path.resolve().parents)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that PostgreSQL can reach whoever runs it, deleted at the end: for tests and trial runs."""
    root = next((place for place in OPEN_PLACES if place.is_dir() and os.access(place, os.W_OK)), None)
    path = Path(tempfile.mkdtemp(prefix="yunke-", dir=root))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def give(path: Path, *, identity: Identity) -> None:
    """Make a folder of ours private to `identity`."""
    path.chmod(0o700)
    if identity != OURSELVES:
        os.chown(path, identity.uid, identity.gid)


def lodge_cluster(*, data_dir: Path, identity: Identity) -> Path:
    """Answer the real folder in which the cluster's folder is made, reachable for `identity`.

    Under a closed folder such as /root it is a new folder in SAFE_PLACE, found again by the link left in `data_dir`.
    """
    link = data_dir / "postgres.place"
    if link.is_symlink() and link.exists():
        return link.resolve()
    if identity == OURSELVES or is_reachable(data_dir / "postgres"):
        return data_dir.resolve()
    SAFE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="data-", dir=SAFE_PLACE))
    place.chmod(0o711)
    link.unlink(missing_ok=True)
    link.symlink_to(place)
    return place


def lodge_binaries(*, binaries: Binaries, identity: Identity) -> Binaries:
    """Answer the programs where `identity` can run them: where they are, or a copy of the wheel's in SAFE_PLACE."""
    program = Path(binaries.program("postgres")).resolve()
    if identity == OURSELVES or (is_reachable(program) and program.stat().st_mode & READ):
        return binaries
    copy = SAFE_PLACE / f"postgresql-{binaries.version}"
    if not copy.exists():
        _copy_wheel(source=binaries.root, target=copy)
    return replace(binaries, root=copy, folder=copy / binaries.folder.relative_to(binaries.root))


def _copy_wheel(*, source: Path, target: Path) -> None:
    SAFE_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix="half-", dir=SAFE_PLACE))
    for part in source.glob(f"{WHEEL}*"):
        if not part.name.endswith(".dist-info"):
            shutil.copytree(part, half / part.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)
    half.rename(target)
