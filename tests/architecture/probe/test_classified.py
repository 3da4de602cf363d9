"""Everything that lets somebody in or something through is in the register, and says what binds it to one tenant."""

from collections import Counter
from functools import cache
from pathlib import PurePosixPath
from typing import Final

from tests.architecture.lint.source import Source
from tests.architecture.probe.classes import ADVICE, Entry, Found, explain
from tests.architecture.probe.register import ENTRIES
from tests.architecture.probe.shown import KINDS
from tests.architecture.probe.shown.elsewhere import ELSEWHERE
from tests.architecture.probe.walk import find_everything
from tests.architecture.probe.walk.processes import find_privileged
from tests.architecture.probe.walk.source import Module, find_credentials, find_modules

BY_NAME = {entry.name: entry for entry in ENTRIES}


@cache
def find_all() -> list[Found]:
    """Walk once; the database is there, and what is in the code does not change meanwhile."""
    return list({found.name: found for found in (*find_everything(), *find_privileged())}.values())


def test_everything_is_classified(database: str) -> None:
    news = [explain(found=found) for found in find_all() if found.name not in BY_NAME]
    assert not news, f"\n{ADVICE}\n\n" + "\n".join(news)


def test_every_id_is_named(database: str) -> None:
    open_ = [
        f'{found.name}: say what "{name}" names, by an Id (PLAIN: it is none), in register/{found.file}'
        for found in find_all()
        for name in sorted(found.ids - set(_entry(found).ids))
    ]
    assert not open_, "\n" + "\n".join(open_)


def _entry(found: Found) -> Entry:
    return BY_NAME.get(found.name, Entry(name=found.name, who=frozenset(), bound=ENTRIES[0].bound))


def test_nothing_is_classified_that_is_gone(database: str) -> None:
    gone = set(BY_NAME) - {found.name for found in find_all()}
    assert not gone, "take these out of tests/architecture/probe/register/: " + ", ".join(sorted(gone))


def test_nothing_is_classified_twice() -> None:
    assert [name for name, times in Counter(entry.name for entry in ENTRIES).items() if times > 1] == []


def test_whoever_runs_without_being_asked_says_why() -> None:
    assert [
        entry.name
        for entry in ENTRIES
        if entry.name.split()[0] in {"memory", "salt", "sealed", "secret", "session", "signature"} and not entry.why
    ] == []


def test_every_credential_is_tried() -> None:
    """What can be shown is of a kind that is shown to the other company."""
    named = {kind for entry in ENTRIES for kind in entry.shown}
    tried = {kind.name for kind in KINDS} | set(ELSEWHERE)
    assert not named - tried, "say in tests/architecture/probe/shown/ how one is made, shown and made up"
    assert not tried - named, "say in tests/architecture/probe/register/secrets.py what draws, signs or keeps these"


NEW: Final = """
import secrets
from django.core import signing
from tenants.secrets import seal
from tenants.sso.going import SECRET
_SALT = "yunke.new"

def make(request, session):
    session["new"] = secrets.token_hex(8)
    request.session.update(newer=signing.dumps({}, salt=_SALT))
    return seal(text="x", purpose=SECRET) + seal(text="x", purpose=f"{_SALT}")
"""


def test_what_is_new_is_seen() -> None:
    module = Module("tenants.new", Source(path=PurePosixPath("tenants/new.py"), text=NEW))
    assert [found.name for found in find_credentials(module)] == [
        "secret tenants.new.make",
        "session in tenants.new.make",
        "salt yunke.new",
        "sealed sso_providers.secret",
        "sealed in tenants.new.make",
        "session new",
    ]


def test_the_walk_sees(database: str) -> None:
    """A walk that finds nothing would be content with anything."""
    kinds = Counter(found.name.split()[0] for found in find_all())
    assert kinds["tenant"] > 40
    assert set(kinds) == {entry.name.split()[0] for entry in ENTRIES}
    assert len(find_modules()) > 100
