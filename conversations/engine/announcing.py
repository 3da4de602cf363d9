"""Telling the processes that listen on the bus, from code that runs in threads: commands, pages, chores."""

from collections.abc import Callable

import structlog
from django.db import DatabaseError, connection

from conversations.engine import statements
from conversations.engine.hints import Signal, encode_hint

logger = structlog.get_logger(__name__)


def by_postgres(signal: Signal) -> None:
    """Send by NOTIFY on this thread's connection."""
    with connection.cursor() as cursor:
        cursor.execute(statements.NOTIFY, {"payload": encode_hint(signal)})


# How signals are sent; config/wiring.py puts another one here where the bus is not PostgreSQL's.
sender: list[Callable[[Signal], None]] = [by_postgres]


def announce(*, signal: Signal) -> None:
    """Send a signal now, outside of transactions. It never fails: a lost one costs latency, and only that."""
    try:
        sender[0](signal)
    except (DatabaseError, OSError) as error:
        # It is committed: whoever asked must not hear that it failed. The others' heartbeats find it.
        logger.warning("bus.hint_lost", error=type(error).__name__)
