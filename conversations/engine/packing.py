"""Lists as PostgreSQL's arrays, in the bytes that it sends and takes: psycopg's own way costs more than the append.

For connections that bind on the server's side; Django's write values into the statement and get plain lists.
"""

from collections.abc import Sequence
from struct import Struct
from typing import ClassVar, Final
from uuid import UUID

from psycopg import adapters
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_EMPTY: Final = Struct(">iii")  # dimensions, whether there are nulls, type of the elements
_HEAD: Final = Struct(">iiiii")  # the same, then length and lower bound of the one dimension
_LENGTH: Final = Struct(">i")
_INTEGER: Final = Struct(">ii")
_BIGINT: Final = Struct(">iq")
_NULL: Final = _LENGTH.pack(-1)
_UUID_LENGTH: Final = _LENGTH.pack(16)


class Packed:
    """An array as bytes; each type of it has its own class, because psycopg chooses a dumper by class."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        """Hold what is sent."""
        self.data = data


class Uuids(Packed):
    """`uuid[]`."""


class Texts(Packed):
    """`text[]`."""


class Integers(Packed):
    """`integer[]`."""


class _PackedDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Packed) -> Buffer:
        """Answer the bytes."""
        return obj.data


class _UuidsDumper(_PackedDumper):
    oid: ClassVar[int] = 2951  # type: ignore[misc] # the stubs say instance, psycopg reads the class


class _TextsDumper(_PackedDumper):
    oid: ClassVar[int] = 1009  # type: ignore[misc] # the stubs say instance, psycopg reads the class


class _IntegersDumper(_PackedDumper):
    oid: ClassVar[int] = 1007  # type: ignore[misc] # the stubs say instance, psycopg reads the class


adapters.register_dumper(Uuids, _UuidsDumper)
adapters.register_dumper(Texts, _TextsDumper)
adapters.register_dumper(Integers, _IntegersDumper)


def uuids(values: Sequence[UUID | None]) -> Uuids:
    """Pack ids."""
    return Uuids(_array(2950, [_NULL if value is None else _UUID_LENGTH + value.bytes for value in values]))


def texts(values: Sequence[str | bytes | None]) -> Texts:
    """Pack texts, or UTF-8 that is ready."""
    return Texts(_array(25, [_text(value) for value in values]))


def integers(values: Sequence[int | None]) -> Integers:
    """Pack numbers of four bytes."""
    return Integers(_array(23, [_NULL if value is None else _INTEGER.pack(4, value) for value in values]))


def unpack_bigints(data: bytes) -> list[int]:
    """Read a `bigint[]` of one dimension without nulls."""
    return [number for _, number in _BIGINT.iter_unpack(data[_HEAD.size :])]


def _text(value: str | bytes | None) -> bytes:
    if value is None:
        return _NULL
    data = value.encode() if isinstance(value, str) else value
    return _LENGTH.pack(len(data)) + data


def _array(element: int, items: list[bytes]) -> bytes:
    if not items:
        return _EMPTY.pack(0, 0, element)
    return _HEAD.pack(1, 1, element, len(items), 1) + b"".join(items)
