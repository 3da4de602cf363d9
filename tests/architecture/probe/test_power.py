"""The probe has power: of each guard that is taken away, the check that is named for it says that it is away."""

import pytest

from tests.architecture.probe.checks import Leak
from tests.architecture.probe.conftest import Pair, make_pair
from tests.architecture.probe.live.serving import NearServer
from tests.architecture.probe.power import ground, live, rest, shown
from tests.architecture.probe.power.seeding import Place, Seeded
from tests.architecture.probe.shown import KINDS
from tests.architecture.probe.shown.elsewhere import ELSEWHERE

# What asks the database when the server ends is interrupted; psycopg's generators do not like that.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LEAKS = (*ground.LEAKS, *rest.LEAKS, *live.LEAKS, *shown.LEAKS)
_content: set[str] = set()  # checks that found nothing in the product as it is; once is enough


@pytest.fixture(scope="module")
def spoilt(database: str) -> Pair:
    """Two companies in which leaks may leave something."""
    return make_pair()


@pytest.fixture(scope="module")
def shown_to(database: str) -> Pair:
    """Two more, in which credentials that leak let people of the one into the other."""
    return make_pair()


@pytest.fixture
def place(leak: Seeded, near: NearServer, request: pytest.FixtureRequest, unhurried: None) -> Place:
    found: Pair = request.getfixturevalue("shown_to" if leak in shown.LEAKS else "spoilt")
    pair = make_pair() if leak.spoils else found
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


def test_every_kind_of_credential_leaks_once() -> None:
    wanted = {kind.name for kind in KINDS} | set(ELSEWHERE)
    seeded = {kind for leak in LEAKS for kind in leak.kinds}
    assert wanted == seeded, "seed a leak of each kind in tests/architecture/probe/power/shown.py"
