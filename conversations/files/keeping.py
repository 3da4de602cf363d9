"""Where files are kept: any storage of Django's, a folder a company and in it one a subject. Not how they are called.

A file is put away before it is told of on the log, and taken away again if that is refused. Killed in between, it lies
in its subject's folder, known to nobody, and goes with that.
"""

from typing import Final
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from tenants.context import current_tenant
from tenants.refusals import NotFound

STORAGE: Final = "files"


def put(*, subject: UUID, file: UUID, data: bytes) -> None:
    """Keep a file of a subject of the current company; what is there already under this id stays."""
    name = _name(subject, file)
    if not _storage().exists(name):
        _storage().save(name, ContentFile(data))


def get(*, subject: UUID, file: UUID) -> bytes:
    """Answer a file; raise NotFound."""
    try:
        with _storage().open(_name(subject, file)) as opened:
            data: bytes = opened.read()
    except FileNotFoundError:
        raise NotFound from None
    return data


def drop(*, subject: UUID, file: UUID) -> None:
    """Let a file be gone."""
    _storage().delete(_name(subject, file))


def drop_all(*, subject: UUID) -> None:
    """Let every file of a subject be gone, known or not."""
    _empty(f"{current_tenant().id}/{subject}")


def drop_tenant(*, tenant: UUID) -> None:
    """Let every file of a company be gone."""
    _empty(str(tenant))


def _storage() -> Storage:
    return storages[STORAGE]


def _name(subject: UUID, file: UUID) -> str:
    return f"{current_tenant().id}/{subject}/{file}"


def _empty(folder: str) -> None:
    try:
        folders, files = _storage().listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        _storage().delete(f"{folder}/{name}")
    for name in folders:
        _empty(f"{folder}/{name}")
    _storage().delete(folder)
