"""How a leak is seeded: something in its place for a while, and which check is to catch it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db import connection

from tenants.context import platform_context
from tests.architecture.probe.mirror.company import Company


@dataclass(frozen=True)
class Place:
    """Where a leak is seeded: the two companies, and the port of the server that runs in this process."""

    ours: Company
    theirs: Company
    port: int


@dataclass(frozen=True)
class Check:
    """One of the probe's checks, or a part of it that is quick, by a name."""

    name: str
    run: Callable[[Place], object]


Seed = Callable[[Place], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Seeded:
    """A leak: what is wrong, how it is made wrong, and the check that must say so; of which kinds of credentials."""

    name: str
    seed: Seed
    check: Check
    spoils: bool = False  # it leaves something of one company in the other: others need a pair of their own
    kinds: frozenset[str] = frozenset()


def instead(target: str, make: Callable[[Any, Place], Any]) -> Seed:
    """Answer how to put something else in the place of a dotted name; `make` gets what was there."""

    def seed(place: Place) -> AbstractContextManager[Any]:
        owner, _, name = target.rpartition(".")
        found = _resolve(owner)
        return patch.object(found, name, make(getattr(found, name), place))

    return seed


def together(*seeds: Seed) -> Seed:
    """Answer how to take several guards away where one stands behind another."""

    @contextmanager
    def seed(place: Place) -> Iterator[None]:
        with ExitStack() as stack:
            for one in seeds:
                stack.enter_context(one(place))
            yield

    return seed


def _resolve(dotted: str) -> Any:
    """Answer a module, or a class in one."""
    from importlib import import_module  # noqa: PLC0415 - names of classes are no modules

    try:
        return import_module(dotted)
    except ModuleNotFoundError:
        owner, _, name = dotted.rpartition(".")
        return getattr(_resolve(owner), name)


def statements(there: Callable[[Place], str], back: Callable[[Place], str]) -> Seed:
    """Answer how to break the database itself, and mend it."""

    @contextmanager
    def seed(place: Place) -> Iterator[None]:
        _run(there(place))
        try:
            yield
        finally:
            _run(back(place))

    return seed


def _run(text: str) -> None:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(text)
