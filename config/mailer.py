"""The worker's second thread: sends mails. A slow mail server must not hold up the readers of the log."""

import threading
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from tenants.mail.sending import send_due

logger = structlog.get_logger(__name__)
LOOK_S: Final = 2.0


class Mailer:
    """Sends what is due when it is told of something, and looks by itself every two seconds."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mailer", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the mail in hand, at most a few seconds later."""
        self._stopping.set()
        self._thread.join(timeout=settings.EMAIL_TIMEOUT + LOOK_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with psycopg.connect(settings.YUNKE_DATABASE_DSN, autocommit=True) as ear:
                    ear.execute("LISTEN yunke_mail")
                    self._send_until_stopped(ear)
            except (DatabaseError, psycopg.Error) as error:
                logger.warning("mailer.database_away", error=type(error).__name__)
            except Exception:
                logger.exception("mailer.failed")
            finally:
                connection.close()
            self._stopping.wait(LOOK_S)

    def _send_until_stopped(self, ear: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            if send_due(now=datetime.now(UTC)) == 0:
                for _ in ear.notifies(timeout=LOOK_S, stop_after=1):
                    pass
