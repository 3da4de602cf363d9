"""Telling the processes that listen on the bus, from code that runs in threads: commands, pages, chores."""

import structlog
from django.db import DatabaseError, connection

from conversations.engine import statements
from conversations.engine.hints import Signal, encode_hint

logger = structlog.get_logger(__name__)


def announce(*, signal: Signal) -> None:
    """Send a signal now, outside of transactions. It never fails: a lost one costs latency, and only that."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statements.NOTIFY, {"payload": encode_hint(signal)})
    except DatabaseError as error:
        # It is committed: whoever asked must not hear that it failed. The others' heartbeats find it.
        logger.warning("bus.hint_lost", error=type(error).__name__)
