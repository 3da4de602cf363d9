"""The ground that everything stands on: sessions, pools, roles and rows are of one company each."""

from tests.architecture.probe import ground
from tests.architecture.probe.conftest import Pair


def test_sessions(pair: Pair) -> None:
    assert ground.check_sessions(pair.ours, pair.theirs, turns=5) > 500


def test_pool(pair: Pair) -> None:
    assert ground.check_pool(pair.ours, pair.theirs) == 41  # one to see whether anybody answers


def test_connections_that_go_back(pair: Pair) -> None:
    ground.check_returned(pair.ours)


def test_roles(pair: Pair) -> None:
    ground.check_roles(pair.ours, pair.theirs)


def test_rows(pair: Pair) -> None:
    ground.check_rows(pair.ours, pair.theirs)


def test_commits(pair: Pair) -> None:
    ground.check_commits(pair.ours, pair.theirs)
