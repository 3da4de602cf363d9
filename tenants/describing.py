"""What a view's method says of itself for the API's document. Must not render or check anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec

from tenants.refusals import Refusal

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
_DESCRIBED = "yunke_described"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The shape of an answer's JSON body."""


class Listed(Answer, Generic[T], frozen=True):
    """A page of a list. `next` and `previous` are addresses, null at either end."""

    results: list[T]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One method of one view: shapes of body and query, of each answer by status, and the refusals of its own.

    For Idempotency-Key: whether a POST's answer is kept, which of its fields are secrets and therefore are not, and
    whether all that it does is one transaction of the tenant (it never looks into public). `while_closed` methods are
    asked of a suspended tenant, too: they change nothing, or what must always be possible. `media` is what it answers,
    `takes` what a body without a shape is.
    `scopes` are those that an API key needs, all of them; None: people do it themselves, and keys are refused.
    """

    answers: Mapping[int, Any]
    body: Any = None  # a shape, or several that are told apart by their `type`
    query: type[msgspec.Struct] | None = None
    refusals: tuple[type[Refusal], ...] = ()
    example: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = True
    secrets: tuple[str, ...] = ()
    one_transaction: bool = False
    while_closed: bool = False
    media: str = "application/json"
    takes: str = "application/json"
    scopes: tuple[str, ...] | None = None


def describe(said: Described) -> Callable[[F], F]:
    """Note it on the method."""

    def note(method: F) -> F:
        setattr(method, _DESCRIBED, said)
        return method

    return note


def find_described(*, method: Callable[..., Any]) -> Described | None:
    """Answer what a method said of itself."""
    said = getattr(method, _DESCRIBED, None)
    return said if isinstance(said, Described) else None
