"""From where a request comes, for what is written down about it. Set once at the edge; must not decide anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

LONGEST_AGENT: Final = 300


@dataclass(frozen=True, slots=True)
class Origin:
    """The address that the server saw, and what the program there calls itself; both empty inside our own processes."""

    address: str = ""
    agent: str = ""


_NOWHERE: Final = Origin()
_origin: ContextVar[Origin] = ContextVar("yunke_origin", default=_NOWHERE)


def current_origin() -> Origin:
    """Answer from where the request in hand comes."""
    return _origin.get()


@contextmanager
def from_origin(*, address: str, agent: str) -> Iterator[None]:
    """Serve a request from there inside the block."""
    token = _origin.set(Origin(address=address, agent=agent[:LONGEST_AGENT]))
    try:
        yield
    finally:
        _origin.reset(token)
