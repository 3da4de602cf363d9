"""Trials of `./dev guarantees` in small. Their figures are judged there, on a quiet machine; here, that they come."""

import asyncio
from random import randrange

import pytest

from tests.conftest import MakeTenant
from tests.guarantees.trials import load, malformed
from tests.serving import Server
from tests.shop import Shop

FRAMES = 600
SMALL = load.Size(seconds=2, sockets=20, flooders=100)


@pytest.fixture
def shops(make_tenant: MakeTenant) -> tuple[Shop, Shop]:
    return Shop(tenant=make_tenant()), Shop(tenant=make_tenant())


def test_malformed_frames_end_nothing(database: str, shops: tuple[Shop, Shop]) -> None:
    with Server(dsn=database) as server:
        said = malformed.trial(
            server=server, shop=shops[0], other=shops[1], frames=FRAMES, first_seed=randrange(1_000_000)
        )
    assert said["kept"], said
    assert said["answers"] > 0


def test_who_floods_is_served_and_the_quiet_hear_no_error(database: str, shops: tuple[Shop, Shop]) -> None:
    with Server(dsn=database) as server:
        said = asyncio.run(load.flood(server=server, loud=shops[0], quiet=shops[1], size=SMALL))
    assert said["errors"] == 0, said
    assert said["flood_per_s"] > 0, said
    assert said["quiet_p99_during_ms"] > 0, said


def test_too_much_to_do_ends_nothing(database: str, shops: tuple[Shop, Shop]) -> None:
    with Server(dsn=database) as server:
        said = asyncio.run(load.overload(server=server, shops=shops, size=SMALL))
    assert said["overload_per_s"] > 0, said
    assert said["recovered_s"] is not None, said
