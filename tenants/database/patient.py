"""Synchronous connections that do not wait for good: a database that is there and not heard is given up in time.

PostgreSQL's own timeouts do not help there, for it is PostgreSQL that is not heard; the asynchronous side of this is
`deadline`. What the other side of a dead connection holds is let go by PostgreSQL itself (IDLE_S).
"""

from typing import Any, Final

import psycopg
from psycopg.errors import _WaitTimeout

CONNECT_S: Final = 5
QUICK_S: Final = 5.0  # for what no timeout of PostgreSQL's is set for: a look whether it lives, settings
SLACK_S: Final = 3.0  # how much longer than PostgreSQL itself would take to stop a statement
IDLE_S: Final = 20  # a transaction that its owner does not go on with holds locks that others wait for


class PatientConnection(psycopg.Connection[Any]):
    """Raises psycopg.OperationalError, closed, when an answer takes longer than `patience_s`; None waits for good."""

    patience_s: float | None = QUICK_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does; those who say a timeout themselves want nothing but that."""
        if timeout is not None or self.patience_s is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except _WaitTimeout as error:
            self.pgconn.finish()
            pool = getattr(self, "_pool", None)
            if pool is not None:
                pool.drain()  # most likely none of the others is heard, and each would cost its time to find out
            raise psycopg.OperationalError("the database is not heard") from error

    def be_as_patient_as(self, statement_timeout: str) -> None:
        """Wait a little longer than PostgreSQL's own timeout, in milliseconds; for good where that is 0."""
        self.patience_s = int(statement_timeout) / 1000 + SLACK_S if statement_timeout != "0" else None


def connect(dsn: str) -> PatientConnection:
    """Answer a connection beside the pool, for one statement at a time; raise psycopg.OperationalError in time."""
    return PatientConnection.connect(dsn, autocommit=True, connect_timeout=CONNECT_S)
