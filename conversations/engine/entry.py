"""One draft on its way through the writer, and what its sender is told in the end."""

from collections.abc import Callable
from typing import Final

import structlog

from conversations.engine.batch import Outcome
from conversations.engine.events import Draft
from tenants.refusals import Suspended

logger = structlog.get_logger(__name__)

Failure = str  # "unavailable": send it again; SUSPENDED: the tenant takes no changes
SUSPENDED: Final = Suspended.code
Done = Callable[[Outcome | Failure], None]


class Entry:
    """One draft that waits to be written. `done` is called once: with the outcome after COMMIT, or a failure's code."""

    __slots__ = ("_done", "deadline", "draft", "schema")

    def __init__(self, *, schema: str, draft: Draft, done: Done, deadline: float) -> None:
        """`deadline` is in the event loop's time; past it the sender is told `unavailable` and sends again."""
        self.schema = schema
        self.draft = draft
        self._done: Done | None = done
        self.deadline = deadline

    def answer(self, outcome: Outcome | Failure) -> bool:
        """Tell whoever sent it, the first time only, and whether it was; what goes wrong there is not our trouble."""
        done, self._done = self._done, None
        if done is None:
            return False
        try:
            done(outcome)
        except Exception:
            logger.exception("writer.answer_failed")
        return True
