"""Lists page by page: reading `?limit=&cursor=&order=`, going on from a place, and the links to both sides.

A cursor is opaque and signed, and is good for one list in one order of one tenant.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from django.core import signing
from django.db.models import Model, Q, QuerySet
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from tenants.bodies import Body, invalid_from
from tenants.context import current_tenant
from tenants.refusals import Invalid
from tenants.text import is_storable_json

LIMIT: Final = 50
MOST: Final = 200
_CURSOR: Final = "yunke.cursor"

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
M = TypeVar("M", bound=Model)
Limit = Annotated[int, Meta(ge=1, le=MOST)]
Cursor = Annotated[str, Meta(max_length=2000)]


class PageQuery(Body, frozen=True):
    """What every list takes."""

    limit: Limit = LIMIT
    cursor: Cursor | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is wanted: `name` says which list in which order, `place` beside which row it begins."""

    name: str
    limit: int
    place: tuple[str, ...] = ()
    back: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and the cursors that lead on from it."""

    rows: list[T]
    next: str | None
    previous: str | None


def read_query(*, request: Request, shape: type[S]) -> S:
    """Answer the query as `shape`; raise Invalid that names one that does not fit, is unknown or there twice."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise Invalid(errors=[{"field": name, "code": "invalid", "detail": "This is said more than once."}])
    given = request.query_params.dict()
    if not is_storable_json(data=given):
        raise Invalid(errors=[{"field": _unstorable(given), "code": "invalid", "detail": "This cannot be read."}])
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise invalid_from(error=error) from error


def _unstorable(given: dict[str, str]) -> str:
    return next((name for name, value in given.items() if not is_storable_json(data=value)), "")


def open_window(*, query: PageQuery, name: str) -> Window:
    """Answer where the query's page lies in the list `name`; raise Invalid for a cursor that is not of this list."""
    if isinstance(query.cursor, UnsetType):
        return Window(name, query.limit)
    try:
        tenant, of, back, *place = signing.loads(query.cursor, salt=_CURSOR)
        if (tenant, of) == (str(current_tenant().id), name):
            return Window(name, query.limit, tuple(place), bool(back))
    except (signing.BadSignature, ValueError, TypeError):
        pass
    raise Invalid(errors=[{"field": "cursor", "code": "invalid", "detail": "This cursor is not valid here."}])


def cut(*, rows: QuerySet[M], fields: Sequence[str], descending: bool, window: Window) -> QuerySet[M]:
    """Answer the window's rows in its direction of travel, one more than the limit. The last field is unique."""
    down = descending is not window.back
    if window.place:
        rows = rows.filter(_beyond(list(zip(fields, window.place, strict=True)), "lt" if down else "gt"))
    return rows.order_by(*(f"-{field}" if down else field for field in fields))[: window.limit + 1]


def _beyond(places: list[tuple[str, str]], side: str) -> Q:
    (field, value), *rest = places
    if not rest:
        return Q(**{f"{field}__{side}": value})
    # Said with an `and` outside, so that an index on the first field is used.
    return Q(**{f"{field}__{side}e": value}) & (Q(**{f"{field}__{side}": value}) | _beyond(rest, side))


def turn(*, rows: Sequence[T], window: Window, key: Callable[[T], tuple[object, ...]]) -> Page[T]:
    """Make the page out of what `cut` found; `key` answers a row's values of the fields that order the list."""
    more, shown = len(rows) > window.limit, list(rows[: window.limit])
    if window.back:
        shown.reverse()
    after = shown and (more or window.back)
    before = shown and (more if window.back else bool(window.place))
    return Page(
        shown,
        _sign(window, key(shown[-1]), back=False) if after else None,
        _sign(window, key(shown[0]), back=True) if before else None,
    )


def _sign(window: Window, place: tuple[object, ...], *, back: bool) -> str:
    return signing.dumps([str(current_tenant().id), window.name, int(back), *map(str, place)], salt=_CURSOR)


def links(*, request: Request, page: Page[Any]) -> dict[str, str | None]:
    """Answer `next` and `previous` as addresses."""
    return {"next": _link(request, page.next), "previous": _link(request, page.previous)}


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = {**request.query_params.dict(), "cursor": cursor}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"
