"""Signed links to files: to one file of one company, for a quarter of an hour, made when somebody may have it."""

from typing import Final
from uuid import UUID

from django.core import signing

from tenants.context import current_tenant
from tenants.refusals import NotFound

LIVES_S: Final = 900
_SALT = "yunke.file"


def sign_file(*, subject: UUID, file: UUID) -> str:
    """Answer what a link to a file shows."""
    said = {"tenant": current_tenant().id.hex, "subject": subject.hex, "file": file.hex}
    return signing.dumps(said, salt=_SALT, compress=True)


def read_file_link(*, text: str) -> tuple[UUID, UUID]:
    """Answer the subject and the file that a link names; raise NotFound for what is not ours, of another, or old."""
    try:
        said = signing.loads(text, salt=_SALT, max_age=LIVES_S)
    except signing.BadSignature:
        raise NotFound from None
    if said["tenant"] != current_tenant().id.hex:
        raise NotFound
    return UUID(said["subject"]), UUID(said["file"])
