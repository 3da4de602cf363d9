"""The product's processes as a storm runs them: `python -m tests.guarantees.storm.product serve|work ...` is manage.py.

From outside, for the product knows nothing of it: the worker has one more reader, which leaves one row a message, so
that what was applied twice is there twice; and `time.sleep` bears a clock that libfaketime tells (it fails otherwise).
"""

import os
import sys
import threading
import time
from datetime import datetime
from typing import Final

PREFIX: Final = "effect "


def sleep(seconds: float) -> None:
    """Wait on the monotonic clock, which is not faked."""
    threading.Event().wait(seconds)


def add_reader() -> None:
    """Let the worker of this process tally messages."""
    import config.worker  # noqa: PLC0415 - only after django.setup()
    from config.wiring import READERS  # noqa: PLC0415 - only after django.setup()
    from conversations.contacts.models import Contact  # noqa: PLC0415 - only after django.setup()
    from conversations.engine.events import Recorded  # noqa: PLC0415 - only after django.setup()
    from conversations.engine.readers import Reader  # noqa: PLC0415 - only after django.setup()
    from conversations.threads.events import MessagePosted  # noqa: PLC0415 - only after django.setup()

    def tally(event: Recorded, now: datetime) -> None:
        Contact(name=f"{PREFIX}{event.stream} {event.seq}", created_at=now).save(force_insert=True)

    reader = Reader(name="storm.tally", kinds=frozenset({MessagePosted.kind}), apply=tally)
    vars(config.worker)["READERS"] = (*READERS, reader)


def main(arguments: list[str]) -> None:
    """Run one of manage.py's commands."""
    if os.environ.get("LD_PRELOAD"):
        time.sleep = sleep
    import django  # noqa: PLC0415 - only after the sleep was replaced
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - as above

    django.setup()
    if arguments[:1] == ["work"]:
        add_reader()
    execute_from_command_line(["manage.py", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
