"""Counting tries, so that guessing is slow: in a table of public that all processes share and no restart empties.

What is refused is remembered for a moment by the process that refused it, so that a flood on one key costs the database
a look every two seconds and no lock. Call all of it outside transactions: what is counted must stay when they do not.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from tenants.context import platform_context
from tenants.database.session import COMMIT_SOON
from tenants.refusals import Refusal

WINDOW_S: Final = 60.0
REMEMBERED_S: Final = 2.0
MOST_KEYS: Final = 50_000
_MOST_DOUBLINGS: Final = 40

# A crash of the whole database may forget the last moment's tries; in return no row is locked while a disk writes.
SPEND: Final = f"""
WITH soon AS MATERIALIZED ({COMMIT_SOON})
INSERT INTO public.tries AS t (digest, count, opens_at, expires_at)
SELECT %(digest)s, 1, %(opens_at)s, %(expires_at)s FROM soon
ON CONFLICT (digest) DO UPDATE SET
    count = CASE WHEN t.expires_at <= %(now)s THEN 1 ELSE t.count + 1 END,
    opens_at = CASE
        WHEN t.expires_at <= %(now)s THEN excluded.opens_at
        WHEN t.count + 1 < %(free)s THEN %(now)s
        ELSE %(now)s + make_interval(
            secs => least(%(first_s)s * power(2, least(t.count + 1 - %(free)s, %(doublings)s)), %(most_s)s))
    END,
    expires_at = CASE WHEN %(renewed)s OR t.expires_at <= %(now)s THEN excluded.expires_at ELSE t.expires_at END
WHERE t.opens_at <= %(now)s OR t.expires_at <= %(now)s
RETURNING 1
"""  # noqa: S608 - only a statement of ours
OPENS: Final = "SELECT least(opens_at, expires_at) FROM public.tries WHERE digest = %(digest)s"
GIVE_BACK: Final = """
UPDATE public.tries SET count = greatest(count - 1, 0), opens_at = least(opens_at, %(now)s) WHERE digest = %(digest)s
"""
FORGET: Final = "DELETE FROM public.tries WHERE digest = %(digest)s"


class TooManyTries(Refusal):
    """Too many tries; wait and try again."""

    code = "too_many_tries"
    status = 429

    def __init__(self, *, wait: float = WINDOW_S) -> None:
        """Say for how many seconds nothing is tried: it becomes `Retry-After`."""
        super().__init__()
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`free` tries cost no wait; the last of them and each later one costs `first_s`, doubled each time, to `most_s`.

    All is forgotten `kept_s` after the first try, or after the last one if `renewed`.
    """

    free: int
    first_s: float
    most_s: float
    kept_s: float
    renewed: bool

    def opens_s(self) -> float:
        """Answer in how many seconds the second try may follow the first."""
        return 0.0 if self.free > 1 else min(self.first_s, self.most_s)


class Tries:
    """At most `limit` tries a window and key, whichever process counts them. `name` parts them from those of others."""

    def __init__(
        self, *, name: str, limit: int, window_s: float = WINDOW_S, clock: Callable[[], float] = time.time
    ) -> None:
        """Begin; `clock` answers seconds since 1970."""
        pace = Pace(free=limit, first_s=window_s, most_s=window_s, kept_s=window_s, renewed=False)
        self._begin(name, pace, clock)

    def _begin(self, name: str, pace: Pace, clock: Callable[[], float]) -> None:
        self._name, self._pace, self._clock = name, pace, clock
        self._closed: dict[str, tuple[float, float]] = {}  # digest -> (remembered until, opens at)

    def refuse_spent(self, *, key: str) -> None:
        """Raise TooManyTries when none is left for the key now."""
        now, digest = self._clock(), self._digest(key)
        self._refuse_remembered(digest, now)
        self._refuse_closed(digest, now)

    def spend(self, *, key: str) -> None:
        """Count one try; raise TooManyTries when others took the last one meanwhile. Of many at once none slips by."""
        now, digest = self._clock(), self._digest(key)
        self._refuse_remembered(digest, now)
        if not _ask(SPEND, {"digest": digest, **self._parameters(now)}):
            self._refuse_closed(digest, now)

    def give_back(self, *, key: str) -> None:
        """Take one try back that was spent before it turned out to be none to be counted."""
        _do(GIVE_BACK, {"digest": self._digest(key), "now": _moment(self._clock())})
        self._closed.pop(self._digest(key), None)

    def forget(self, *, key: str) -> None:
        """Let the key begin anew."""
        _do(FORGET, {"digest": self._digest(key)})
        self._closed.pop(self._digest(key), None)

    def _refuse_remembered(self, digest: str, now: float) -> None:
        remembered = self._closed.get(digest)
        if remembered and now < remembered[0]:
            raise TooManyTries(wait=remembered[1] - now)

    def _refuse_closed(self, digest: str, now: float) -> None:
        rows = _ask(OPENS, {"digest": digest})
        opens = rows[0][0].timestamp() if rows else now
        if opens > now:
            self._remember(digest, now, opens)
            raise TooManyTries(wait=opens - now)

    def _remember(self, digest: str, now: float, opens: float) -> None:
        if len(self._closed) >= MOST_KEYS:
            self._closed = {}
        self._closed[digest] = (min(opens, now + REMEMBERED_S), opens)

    def _parameters(self, now: float) -> dict[str, Any]:
        pace = self._pace
        return {
            "now": _moment(now),
            "opens_at": _moment(now + pace.opens_s()),
            "expires_at": _moment(now + pace.kept_s),
            "free": pace.free,
            "first_s": pace.first_s,
            "most_s": pace.most_s,
            "renewed": pace.renewed,
            "doublings": _MOST_DOUBLINGS,
        }

    def _digest(self, key: str) -> str:
        said = key.encode(errors="surrogatepass")
        return salted_hmac(f"yunke.tries.{self._name}", said, algorithm="sha256").hexdigest()[:40]


class Slowing(Tries):
    """Not a wall but a growing wait: after `after` tries 2 s, then 4 s, ... up to a quarter of an hour.

    It is forgotten after a quiet day, or, not `renewed`, that long after the first one; and by `forget`.
    """

    def __init__(
        self,
        *,
        name: str,
        after: int = 5,
        kept_s: float = 86_400.0,
        renewed: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Begin; `clock` answers seconds since 1970."""
        self._begin(name, Pace(free=after, first_s=2.0, most_s=900.0, kept_s=kept_s, renewed=renewed), clock)


def say_when(*, response: HttpResponse, refusal: Refusal | None) -> HttpResponse:
    """Answer a page with the time after which something may be tried again, where that was what was refused."""
    if isinstance(refusal, TooManyTries):
        response.headers["Retry-After"] = str(int(refusal.wait) + 1)
    return response


def address_of(request: HttpRequest) -> str:
    """Answer where a request comes from, as the server in front tells it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(request: HttpRequest) -> str:
    """Answer whose a request's address is, as `network` does."""
    return network(address=address_of(request))


def network(*, address: str) -> str:
    """Answer whose an address is: an IPv4 address, or the /64 within which a host of IPv6 changes its own at will."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _ask(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _do(statement: str, parameters: dict[str, Any]) -> None:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
