"""Over HTTP nothing of the other company is seen or changed, and nothing tells that it is there."""

import pytest

from tests.architecture.probe.conftest import Pair
from tests.architecture.probe.rest import checks, credentials

pytestmark = pytest.mark.usefixtures("unhurried")


def test_foreign_ids(pair: Pair) -> None:
    assert checks.check_ids(pair.ours, pair.theirs) > 50


def test_foreign_cursors(pair: Pair) -> None:
    assert checks.check_cursors(pair.ours, pair.theirs) > 8


def test_foreign_credentials(pair: Pair) -> None:
    assert credentials.check_credentials(pair.ours, pair.theirs) > 100


def test_whom_a_provider_let_in(pair: Pair) -> None:
    assert credentials.check_lent(pair.ours, pair.theirs) > 50


def test_nothing_of_the_other_is_answered(pair: Pair) -> None:
    assert checks.check_everything(pair.ours, pair.theirs) > 100


def test_who_is_served(pair: Pair) -> None:
    assert checks.check_who(pair.ours) > 150


def test_kept_answers(pair: Pair) -> None:
    credentials.check_kept(pair.ours, pair.theirs)


def test_limits(pair: Pair) -> None:
    credentials.check_limits(pair.ours, pair.theirs)


def test_hosts(pair: Pair) -> None:
    credentials.check_hosts(pair.ours, pair.theirs)


def test_inboxes(pair: Pair) -> None:
    credentials.check_inboxes(pair.ours)
