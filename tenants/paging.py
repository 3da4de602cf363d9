"""Lists page by page: reading `?limit=&cursor=&order=`, going on from a place, and the links to both sides.

A cursor is sealed: it says nothing to whoever holds it (in some lists a place is a name), and is good for one list of
one tenant, with the same filters in the same order.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from django.db.models import Model, Q, QuerySet
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from tenants.bodies import Body, invalid_from
from tenants.context import current_tenant
from tenants.refusals import Invalid
from tenants.secrets import Unreadable, seal_alike, unseal_alike
from tenants.text import is_storable_json

LIMIT: Final = 50
MOST: Final = 200
_NOT_WHICH: Final = ("limit", "cursor", "expand")  # what of a query does not say which rows a list holds

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
    """Which part of a list is wanted: `of` says which list it is, `place` beside which row it begins."""

    of: str
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
    """Answer where the query's page lies in the list `name`; raise Invalid for a cursor that is not of this list.

    `name` says what the query does not: whose list it is, if that is in the path.
    """
    of = f"cursor {name} {_filters(query)}"
    if isinstance(query.cursor, UnsetType):
        return Window(of, query.limit)
    try:
        text = unseal_alike(sealed=query.cursor, purpose=of, tenant=current_tenant().id)
    except Unreadable:
        detail = "This cursor is not valid here."
        raise Invalid(errors=[{"field": "cursor", "code": "invalid", "detail": detail}]) from None
    back, *place = msgspec.json.decode(text)
    return Window(of, query.limit, tuple(place), back)


def _filters(query: PageQuery) -> str:
    said = {name: value for name, value in msgspec.to_builtins(query).items() if name not in _NOT_WHICH}
    return msgspec.json.encode(said, order="sorted").decode()


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
        _seal(window, key(shown[-1]), back=False) if after else None,
        _seal(window, key(shown[0]), back=True) if before else None,
    )


def _seal(window: Window, place: tuple[object, ...], *, back: bool) -> str:
    text = msgspec.json.encode([back, *map(str, place)]).decode()
    return seal_alike(text=text, purpose=window.of, tenant=current_tenant().id)


def turn_whole(
    *, rows: Iterable[T], window: Window, key: Callable[[T], tuple[str, ...]], descending: bool = False
) -> Page[T]:
    """Make the page out of a list that is short enough to be read whole; `key` orders it and is unique."""
    down = descending is not window.back
    ordered = sorted(rows, key=key, reverse=down)
    if window.place:
        ordered = [row for row in ordered if (key(row) < window.place if down else key(row) > window.place)]
    return turn(rows=ordered[: window.limit + 1], window=window, key=key)


def links(*, request: Request, page: Page[Any]) -> dict[str, str | None]:
    """Answer `next` and `previous` as addresses."""
    return {"next": _link(request, page.next), "previous": _link(request, page.previous)}


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = {**request.query_params.dict(), "cursor": cursor}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"
