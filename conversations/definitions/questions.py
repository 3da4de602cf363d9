"""What the REST API of definitions is asked: bodies, and queries as they are described."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from tenants.bodies import Body
from tenants.paging import PageQuery

DRAFT: Final = "draft"

Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class WriteDraftBody(Body, frozen=True):
    """A draft over the one with `revision`, 0 if there is none; `base` is the newest version that was looked at."""

    body: dict[str, Any]
    revision: Number
    base: Number | msgspec.UnsetType = msgspec.UNSET


class PublishBody(Body, frozen=True):
    """Which draft was looked at."""

    revision: Number


class ListQuery(PageQuery, frozen=True):
    """Which page of which kind; unless told, of all."""

    kind: str | msgspec.UnsetType = msgspec.UNSET


class DiscardQuery(Body, frozen=True):
    """Which draft was looked at; unless told, any is thrown away."""

    revision: Number | msgspec.UnsetType = msgspec.UNSET


class DiffQuery(Body, frozen=True, rename={"before": "from", "after": "to"}):
    """Two versions by number (0: nothing), or `draft`; unless told, from the newest version to the draft."""

    before: Number | Literal["draft"] | msgspec.UnsetType = msgspec.UNSET
    after: Number | Literal["draft"] = DRAFT


class ExportQuery(Body, frozen=True):
    """Which definitions, each as `<kind>/<key>`, parted by commas; unless told, all."""

    definition: str | msgspec.UnsetType = msgspec.UNSET


class ImportQuery(Body, frozen=True):
    """Whether to say only what would change."""

    dry_run: bool = False
