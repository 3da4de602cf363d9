"""What an archive looks like: gzipped tar; one NDJSON file a table, and last the manifest that vouches for them."""

import gzip
import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from typing import IO, Any, Final, Literal
from uuid import UUID

import msgspec

from tenants.secrets import is_signed, sign

FORMAT: Final = "yunke.export.v2"
PURPOSE: Final = "export"
MANIFEST: Final = "manifest.json"
COMPRESSION: Final = 6
PIECE: Final = 1 << 20

Scope = Literal["tenant", "public"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file: the rows of one table by its primary key, one JSON object a line."""

    scope: Scope
    table: str
    file: str
    rows: int
    bytes: int
    sha256: str
    columns: list[str]
    without: dict[str, str]
    note: str


class LeftOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of which nothing is here, and why."""

    scope: Scope
    table: str
    why: str


class Anchor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the audit ended: how many entries it had, the last one's digest, and the application's signature."""

    entries: int
    digest: str
    signature: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is in the archive. `migrations` is a digest of those that the tables had had, `position` the log's last.

    `signature` is the application's over all the rest: who has the same key ring knows that nobody made it up.
    """

    format: str
    tenant: UUID
    slug: str
    name: str
    made_at: datetime
    migrations: str
    position: int
    tables: list[Part]
    left_out: list[LeftOut]
    anchor: Anchor | None
    signature: str = ""

    def signed(self) -> "Manifest":
        """Answer it with its signature."""
        signature = sign(text=self._digest, purpose=PURPOSE, tenant=self.tenant)
        return msgspec.structs.replace(self, signature=signature)

    @property
    def is_ours(self) -> bool:
        """Tell whether it was written by an application that has one of our keys."""
        return is_signed(signature=self.signature, text=self._digest, purpose=PURPOSE, tenant=self.tenant)

    @property
    def _digest(self) -> str:
        said = msgspec.json.encode(msgspec.structs.replace(self, signature=""), order="deterministic")
        return hashlib.sha256(said).hexdigest()


def file_of(*, scope: Scope, table: str) -> str:
    """Answer the name of a table's file."""
    return f"{scope}/{table}.ndjson"


class Counted:
    """A file that is written to, counting and summing up what passes."""

    def __init__(self, out: IO[bytes]) -> None:
        """Nothing has passed yet."""
        self._out = out
        self._sum = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Write."""
        self._sum.update(data)
        self.bytes += len(data)
        self._out.write(data)
        return len(data)

    def flush(self) -> None:
        """Write through."""
        self._out.flush()

    @property
    def sha256(self) -> str:
        """Answer the checksum of all that has passed."""
        return self._sum.hexdigest()


class Packing:
    """An archive on its way out; constant memory, whatever is put in."""

    def __init__(self, tar: tarfile.TarFile, at: datetime) -> None:
        """Everything carries the same time."""
        self._tar, self._at = tar, at

    def put(self, *, name: str, file: IO[bytes], size: int) -> None:
        """Add a file."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, int(self._at.timestamp()), 0o600
        self._tar.addfile(info, file)

    def close_with(self, *, manifest: Manifest) -> None:
        """Add the manifest, which comes last."""
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self.put(name=MANIFEST, file=BytesIO(text), size=len(text))


@contextmanager
def packing(*, out: Any, at: datetime) -> Iterator[Packing]:
    """Write an archive to `out` (anything with `write`)."""
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=COMPRESSION, mtime=0, filename="") as zipped,
        tarfile.open(fileobj=zipped, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Packing(tar, at)


def unpack(*, file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield each file's name and content in the archive's order; each must be read before the next is asked for."""
    file.seek(0)
    with tarfile.open(fileobj=file, mode="r|gz") as tar:
        for info in tar:
            content = tar.extractfile(info) if info.isfile() else None
            if content is not None:
                yield info.name, content
