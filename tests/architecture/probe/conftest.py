"""Two companies that mirror each other, made once a run: what is asked of them leaves the other as it was."""

import gc
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.conf import settings

from tenants.tries import Tries
from tests.architecture.probe.live.serving import NearServer
from tests.architecture.probe.mirror.company import Company, open_company


@dataclass(frozen=True)
class Pair:
    """`ours` asks; `theirs` must not be seen."""

    ours: Company
    theirs: Company


@pytest.fixture(scope="session")
def pair(database: str) -> Pair:
    return make_pair()


def make_pair() -> Pair:
    """Open two companies, in which one person works in both."""
    both = f"both-{secrets.token_hex(4)}@example.com"
    return Pair(open_company(both=both), open_company(both=both))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The probe asks more than a program or a guesser may in a minute; what slows them is no wall between companies."""
    for name in ("refuse_spent", "spend"):
        monkeypatch.setattr(Tries, name, lambda *_, **__: None)
    for name in ("YUNKE_KEY_REQUESTS_A_MINUTE", "YUNKE_TENANT_REQUESTS_A_MINUTE", "YUNKE_NEW_VISITORS_A_MINUTE"):
        monkeypatch.setattr(settings, name, 1_000_000)


@pytest.fixture(scope="module")
def near(database: str) -> Iterator[NearServer]:
    """The product's server in this process, where its guards can be taken away."""
    with NearServer() as running:
        yield running
    gc.collect()  # psycopg's generators that were interrupted complain now, where the tests expect it
