"""`manage.py work`: one worker process, any number of them; may be killed at any line."""

import os
import signal
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand

from config.worker import Worker
from tenants.database.startup import refuse_unsafe_database

YIELDS: Final = 5  # of niceness: beside a server it has a third of what that has, where both want the same core


class Command(BaseCommand):
    """Runs until it is told to stop."""

    help = "Run the readers of the log and what is due."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Work until SIGTERM or SIGINT, then finish the page in hand. Who waits for an answer comes before it."""
        refuse_unsafe_database(dsn=settings.YUNKE_DATABASE_DSN)
        os.nice(YIELDS)
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run()
