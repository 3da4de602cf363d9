"""Archives in memory: written, read, and changed."""

import io
import json
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tenants.context import TenantRef
from tenants.exports.archive import unpack
from tenants.exports.writing import write_archive

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
Files = dict[str, bytes]


def written(tenant: TenantRef) -> io.BytesIO:
    file = io.BytesIO()
    write_archive(tenant=tenant, out=file, now=NOW)
    return file


def contents(file: io.BytesIO) -> Files:
    return {name: content.read() for name, content in unpack(file=file)}


def rows(files: Files, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in files[name].splitlines()]


def edit(files: Files, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what the manifest says."""
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = json.dumps(manifest).encode()


def broken(file: io.BytesIO, change: Callable[[Files], None]) -> io.BytesIO:
    """Answer the archive with one thing changed."""
    files, out = contents(file), io.BytesIO()
    change(files)
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out
