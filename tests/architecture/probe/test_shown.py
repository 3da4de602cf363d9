"""Whatever one company gives to somebody opens nothing of the other, and is not spoilt by being shown there."""

import pytest

from tests.architecture.probe.conftest import Pair
from tests.architecture.probe.shown import KINDS
from tests.architecture.probe.shown.checks import check_shown


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_it_opens_its_own_alone(pair: Pair, unhurried: None, kind: str) -> None:
    check_shown(pair.ours, pair.theirs, of=kind)
