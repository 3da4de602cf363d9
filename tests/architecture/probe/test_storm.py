"""A storm of threads and sockets: every statement runs as the company that asks. `./dev probe` lets a long one pass."""

import pytest
from django.conf import settings

from tests.architecture.probe.conftest import Pair
from tests.architecture.probe.interleave.storm import Storm
from tests.architecture.probe.live.serving import NearServer

# What asks the database when the server ends is interrupted; psycopg's generators do not like that.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_nobody_reads_or_hears_another(pair: Pair, near: NearServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YUNKE_KEY_REQUESTS_A_MINUTE", "YUNKE_TENANT_REQUESTS_A_MINUTE"):
        monkeypatch.setattr(settings, name, 1_000_000)
    storm = Storm(companies=[pair.ours, pair.theirs], threads=8, sockets=16, statements=3000, seed=7)
    weather = storm.run(port=near.port)
    assert weather.is_clear, weather.as_dict()
    assert weather.statements >= 3000
    assert set(weather.ways) == {"django", "pool", "writer"}
    assert weather.messages > 0
