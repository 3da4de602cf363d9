"""What the probe must know of a kind of credential to try it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

from django.conf import settings
from django.test import Client

from tests.architecture.probe.mirror.company import Company


@dataclass(frozen=True)
class Credential:
    """One of them: the text that opens something, and what is shown along with it."""

    text: str
    along: Any = ""

    def saying(self, text: str) -> Self:
        """Answer another text with the same beside it."""
        return replace(self, text=text)


Make = Callable[[Company, Company], AbstractContextManager[Credential]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`make` gives `ours` one while the block lasts; `show` shows one on a company's host, whoever's it is.

    `made_up` answers one that never was and looks like a given one. `once`: it opens once. In the tables of `grows`
    whatever is shown leaves a row, a made-up one too; those of `writes` it changes.
    """

    name: str
    make: Make
    show: Callable[[Company, Credential], Any]
    works: Callable[[Any], bool]
    made_up: Callable[[str], str]
    once: bool = False
    grows: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()


def at_once(make: Callable[[Company, Company], Credential]) -> Make:
    """Answer `make` for what needs nothing to be taken back."""

    @contextmanager
    def made(ours: Company, theirs: Company) -> Iterator[Credential]:
        yield make(ours, theirs)

    return made


def spoil(signed: str) -> str:
    """Answer a signed or sealed text that never was."""
    return signed[:-4] + ("AAAA" if signed[-4:] != "AAAA" else "BBBB")


def drawn(_like: str) -> str:
    """Answer a code of 256 bits that nobody has drawn before."""
    return secrets.token_urlsafe(32)


def session_key(_like: str) -> str:
    """Answer the key of a session that never was."""
    return secrets.token_hex(16)


def browser_with(company: Company, cookie: str) -> Client:
    """Answer a browser on the company's host that shows a session's cookie, wherever it is from."""
    client = company.anybody()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return client


def cookie_of(client: Client) -> str:
    """Answer the session's cookie that a browser has."""
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def leads(*places: str) -> Callable[[Any], bool]:
    """Answer what tells whether an answer leads to one of these."""
    return lambda response: response.status_code == 302 and response.headers["Location"].startswith(places)


def says(status: int) -> Callable[[Any], bool]:
    """Answer what tells whether an answer has this status."""
    return lambda response: response.status_code == status
