"""A deadline for asynchronous connections: a network or a server that says nothing at all would be waited for for good.

PostgreSQL's own timeouts do not help there, for it is PostgreSQL that is not heard.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from psycopg import AsyncConnection


@contextmanager
def deadline(connection: AsyncConnection, *, seconds: float) -> Iterator[None]:
    """Cut the connection if the block takes longer: whoever waits then gets psycopg.OperationalError."""
    cutting = asyncio.get_running_loop().call_later(seconds, _cut, connection)
    try:
        yield
    finally:
        cutting.cancel()


def _cut(connection: AsyncConnection) -> None:
    """Shut its socket down under it; psycopg waits for an answer even to being cancelled."""
    if not connection.closed:
        with suppress(OSError), closing(socket.socket(fileno=os.dup(connection.fileno()))) as shared:
            shared.shutdown(socket.SHUT_RDWR)
