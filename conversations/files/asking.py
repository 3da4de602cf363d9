"""How a file comes over REST: as the body of a request, its name in the query."""

from typing import Annotated

import msgspec
from msgspec import Meta
from rest_framework.request import Request

from conversations.files.rules import LARGEST, FileTooLarge
from tenants.paging import read_query

ClientName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}(?![\s\S])")]


class FileQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a file is called, and its sender's own `id` for it: the same id again is the same file."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    id: ClientName


def read_file(*, request: Request) -> tuple[FileQuery, bytes]:
    """Answer what is said of a file, and the file; raise Invalid or FileTooLarge."""
    said = read_query(request=request, shape=FileQuery)
    asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
    data = asked.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileTooLarge
    return said, data
