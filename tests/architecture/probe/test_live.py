"""Over sockets nothing of the other company is heard, and no foreign ticket or id is told from one that never was."""

import pytest

from tests.architecture.probe.conftest import Pair
from tests.architecture.probe.live.checks import check_sockets
from tests.architecture.probe.live.serving import NearServer

# What asks the database when the server ends is interrupted; psycopg's generators do not like that.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_tickets(pair: Pair, near: NearServer) -> None:
    assert check_sockets(pair.ours, pair.theirs, near.port, only="tickets") == 16


def test_topics(pair: Pair, near: NearServer) -> None:
    assert check_sockets(pair.ours, pair.theirs, near.port, only="topics") == 24


def test_hearing(pair: Pair, near: NearServer) -> None:
    assert check_sockets(pair.ours, pair.theirs, near.port, only="hearing") > 30
