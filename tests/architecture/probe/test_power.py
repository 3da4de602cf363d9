"""The probe has power: of each guard that is taken away, the check that is named for it says that it is away."""

import pytest
from django.conf import settings

from tests.architecture.probe.checks import Leak
from tests.architecture.probe.conftest import Pair, make_pair
from tests.architecture.probe.live.serving import NearServer
from tests.architecture.probe.power import ground, live, rest
from tests.architecture.probe.power.seeding import Place, Seeded

# What asks the database when the server ends is interrupted; psycopg's generators do not like that.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LEAKS = (*ground.LEAKS, *rest.LEAKS, *live.LEAKS)
_content: set[str] = set()  # checks that found nothing in the product as it is; once is enough


@pytest.fixture(scope="module")
def spoilt(database: str) -> Pair:
    """Two companies in which leaks may leave something."""
    return make_pair()


@pytest.fixture
def place(leak: Seeded, spoilt: Pair, near: NearServer, monkeypatch: pytest.MonkeyPatch) -> Place:
    pair = make_pair() if leak.spoils else spoilt
    for name in ("YUNKE_KEY_REQUESTS_A_MINUTE", "YUNKE_TENANT_REQUESTS_A_MINUTE"):
        monkeypatch.setattr(settings, name, 1_000_000)
    return Place(pair.ours, pair.theirs, near.port)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_it_is_caught(place: Place, leak: Seeded) -> None:
    if leak.check.name not in _content:
        leak.check.run(place)
        _content.add(leak.check.name)
    with leak.seed(place), pytest.raises(Leak):
        leak.check.run(place)


def test_there_are_enough() -> None:
    assert len(LEAKS) >= 20
