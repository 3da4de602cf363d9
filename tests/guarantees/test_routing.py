"""Each conversation is one agent's at a time, nobody has more than fits, and none is forgotten: in small.

In full, with 50 agents and 2,000 conversations: `./dev guarantees routing`. How long things take is judged there.
"""

from random import randrange

import pytest

from tests.conftest import MakeMember
from tests.guarantees.routing.people import Temper
from tests.guarantees.routing.trial import Size, trial
from tests.shop import Shop

SMALL = Size(agents=6, conversations=40, kill_every_s=3.0, pause_s=0.1, most_s=90.0, temper=Temper(goes=0.1))


@pytest.mark.timeout(180)
def test_whatever_happens_everybody_is_served_once(database: str, shop: Shop, make_member: MakeMember) -> None:
    said = trial(
        dsn=database,
        shop=shop,
        make=lambda number: make_member(shop.tenant, name=f"Agent {number}"),
        size=SMALL,
        seed=randrange(1_000_000),
    )
    assert said["kept"], said
    assert said["offered"] > 0, said
    assert said["workers_killed"] > 0, said
