"""A worker that has much to do takes the machine from no server beside it: somebody waits for what that answers."""

import os
import time

from config.management.commands.work import YIELDS
from tests.serving import Worker

STARTS_S = 30


def test_it_gives_way(database: str) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    with Worker(dsn=database) as worker:
        until = time.monotonic() + STARTS_S
        while os.getpriority(os.PRIO_PROCESS, worker.popen.pid) == mine and time.monotonic() < until:
            time.sleep(0.05)
        assert os.getpriority(os.PRIO_PROCESS, worker.popen.pid) == min(mine + YIELDS, 19)
