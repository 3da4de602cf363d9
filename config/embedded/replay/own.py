"""A Yunke of our own for one replay: in a temporary folder, on a free port, gone afterwards."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from config.embedded.doorstep import LOOPBACK
from config.embedded.lodging import temporary_folder
from config.embedded.stack import Stack

CHECK_S = 0.2


@contextmanager
def own_stack(*, say: Callable[[str], None]) -> Iterator[Stack]:
    """Yield a started one with its own PostgreSQL, whatever DATABASE_URL says."""
    given = os.environ.pop("DATABASE_URL", None)
    try:
        with temporary_folder() as folder, Stack(data_dir=folder, port=_free_port(), say=say) as stack:
            stack.start()
            yield stack
    finally:
        if given:
            os.environ["DATABASE_URL"] = given


def dsn_of(*, stack: Stack) -> str:
    """Answer where a started one keeps its data."""
    return str(json.loads(stack.folder.running.read_text())["database_url"])


async def keep_up(*, stack: Stack) -> None:
    """Start again what dies, until cancelled."""
    while True:
        await asyncio.sleep(CHECK_S)
        stack.check()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
