"""The checks over HTTP: foreign ids, foreign credentials, and everything that is answered without either."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.test import Client

from tests.architecture.probe.checks import Leak, refuse
from tests.architecture.probe.classes import EVERYBODY, INSTALLED, Bound, Entry, Id, Who
from tests.architecture.probe.mirror.company import Company
from tests.architecture.probe.mirror.rows import find_ids, read_rows
from tests.architecture.probe.rest.answers import exactly, find_secrets
from tests.architecture.probe.rest.calls import Call, client_of, find_calls, make_call, never, places

# Where an answer must tell a foreign id from one that never was, and why.
OPEN: Final[dict[tuple[str, str], str]] = {
    ("platform POST /api/v1/tenants", "slug"): "a slug is a host name: whether it is taken is seen by asking for it",
    ("platform POST /", "slug"): "the same",
    ("platform POST /api/v1/tenants", "email"): "it would sign companies up: tests/apps/tenants/test_sign_up.py does",
    ("platform POST /", "email"): "the same",
    ("tenant PATCH /api/v1/company", "slug"): "the same",
    ("tenant POST /settings/company", "slug"): "the same",
}

# What a list cannot be asked without.
NEEDED: Final = {"tenant GET /api/v1/search": frozenset({"?q"})}


@contextmanager
def unchanged(
    theirs: Company, *, grows: frozenset[str] = frozenset(), writes: frozenset[str] = frozenset()
) -> Iterator[None]:
    """Raise Leak if a row of the other company is another afterwards.

    In tables of `grows` there may be new ones, those of `writes` are not looked at.
    """
    before = read_rows(company=theirs)
    yield
    after = read_rows(company=theirs)
    for table in (before.keys() | after.keys()) - writes:
        gone, came = Counter(before.get(table)), Counter(after.get(table))
        refuse(list(gone - came)[:3], f"rows of {table} are gone or changed")
        refuse(list(came - gone)[:3] if table not in grows else None, f"rows of {table} have come")


# A part of a path shorter than this is no secret: an empty one, as of a key with "//", would be found everywhere.
SHORTEST: Final = 4


class Asking:
    """One company asks, and everything that it is answered is looked through for the other's."""

    def __init__(self, ours: Company, theirs: Company) -> None:
        """Know what must not be seen."""
        self.ours, self.theirs = ours, theirs
        self._secrets = find_ids(company=theirs) | {theirs.shop.inbox, theirs.tenant.schema}
        self._fixed = self._secrets | find_ids(company=ours)

    def look(self, response: Any, said: Sequence[str], what: str) -> Any:
        """Answer the response; raise Leak where it holds something of the other company's."""
        found = find_secrets(response, secrets=self._secrets, mark=self.theirs.mark, said=said)
        refuse(found, f"{what}: of the other company")
        return response

    def compare(self, ask: Callable[[str], Any], values: tuple[str, str], what: str) -> None:
        """Raise Leak unless `ask` is answered the same with both values."""
        answers = []
        for value in values:
            said = (value, *(part for part in value.split("/") if len(part) >= SHORTEST))
            answers.append(exactly(self.look(ask(value), said, what), said=said, fixed=self._fixed - {value}))
        if answers[0] != answers[1]:
            raise Leak(f"{what}: theirs is answered {answers[0]}, one that never was {answers[1]}")


def check_ids(ours: Company, theirs: Company, *, only: str = "") -> int:
    """Every id of theirs in every place of our calls; answer how many were compared."""
    asking, count = Asking(ours, theirs), 0
    with unchanged(theirs):
        for entry in (*find_calls(), *find_calls(host="platform")):
            for place, id_ in places(entry) if only in entry.name else ():
                if (entry.name, place) not in OPEN:
                    count += _check_place(asking, entry, place, (theirs.own[id_], theirs.never[id_]))
    return count


def _check_place(asking: Asking, entry: Entry, place: str, values: tuple[str, str]) -> int:
    count = 0
    for who in sorted(entry.who & (EVERYBODY | INSTALLED)):

        def ask(value: str, who: Who = who) -> Any:
            client = _client(asking.ours, entry, who)
            return make_call(entry, asking.ours, {place: value}).by(client)

        asking.compare(ask, values, f"{entry.name} {place} by {who}")
        count += 1
    return count


def _client(company: Company, entry: Entry, who: Who) -> Client:
    client = client_of(company, entry, who)
    if entry.name.startswith("platform "):
        client.defaults["HTTP_HOST"] = settings.YUNKE_PLATFORM_HOSTS[0]
    return client


def check_cursors(ours: Company, theirs: Company, *, only: str = "") -> int:
    """Every cursor of theirs, on our list of the same name; answer how many were compared."""
    theirs.offer()
    asking, count = Asking(ours, theirs), 0
    lists = [entry for entry in find_calls() if Id.CURSOR in entry.ids.values() and only in entry.name]
    cursors = {entry.name: _find_cursor(entry, theirs) for entry in lists}
    with unchanged(theirs):
        for entry in lists:
            cursor = cursors[entry.name]
            values = cursor, cursor[:-4] + ("AAAA" if cursor[-4:] != "AAAA" else "BBBB")
            count += _check_place(asking, replace(entry, ids=_path_alone(entry)), "?cursor", values)
    return count


def _path_alone(entry: Entry) -> dict[str, Id]:
    """Answer the ids of a list without its filters, with which a cursor would be another list's anyhow."""
    needed = NEEDED.get(entry.name, frozenset())
    return {place: id_ for place, id_ in entry.ids.items() if not place.startswith("?") or place in needed}


def _find_cursor(entry: Entry, company: Company) -> str:
    call = make_call(replace(entry, ids=_path_alone(entry)), company)
    client = company.browser() if Who.MEMBER in entry.who else client_of(company, entry, min(entry.who))
    following = client.get(f"{call.path}?limit=1&{call.query}").json()["next"]
    if following is None:
        raise Leak(f"{entry.name}: the mirror needs two rows in this list, or there is no cursor to try")
    (cursor,) = parse_qs(urlsplit(following).query)["cursor"]
    return str(cursor)


def check_everything(ours: Company, theirs: Company, *, only: str = "") -> int:
    """Every call with ids of our own, by each who may: nothing of theirs is answered, none of theirs is changed."""
    asking, count = Asking(ours, theirs), 0
    with unchanged(theirs):
        for entry in find_calls():
            for who in _askers(entry) if only in entry.name else ():
                call = make_call(entry, ours, None if entry.name.split()[1] == "GET" else never(entry))
                for one in _variants(call, others=who is Who.MEMBER and "{" in entry.name):
                    asking.look(one.by(client_of(ours, entry, who)), (), f"{entry.name} {one.method} by {who}")
                    count += 1
    return count


def _variants(call: Call, *, others: bool) -> Iterator[Call]:
    """Answer the call, the same without its filters, and perhaps what else can be asked of its path."""
    yield call
    if call.query:
        yield replace(call, query="")
    if others:
        yield from (replace(call, method=method, body="") for method in ("HEAD", "OPTIONS"))


def _askers(entry: Entry) -> list[Who]:
    """Answer who asks: one is enough where all are answered the same."""
    everybody = sorted(entry.who & EVERYBODY)
    return everybody[:1] if entry.bound is Bound.SAME else everybody


def check_who(ours: Company, *, only: str = "") -> int:
    """Each call by everybody: who is not named in the register is refused, who is named is not."""
    count = 0
    for entry in find_calls():
        for who in sorted(EVERYBODY) if entry.bound is not Bound.SAME and only in entry.name else ():
            call = make_call(entry, ours, never(entry) if who in entry.who else None)
            response = call.by(client_of(ours, entry, who))
            turned = response.status_code in {401, 403} or response.headers.get("Location", "").startswith("/sign-in?")
            if turned is (who in entry.who) and entry.bound not in {Bound.CALLER, Bound.SIGNED}:
                raise Leak(f"{entry.name} by {who} is answered {response.status_code}: see who may ask in the register")
            count += 1
    return count
