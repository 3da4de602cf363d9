"""What an in-transaction read model gives to `append`: how its rows move on with the log.

`catch_up` takes %(subjects)s and %(staff)s (the subjects of the batch and their staff streams), reads the events that
its rows have not seen yet and moves them on. So it needs no result of the append before it, may run twice, and a
row set back to zero is rebuilt by running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from conversations.engine.events import Audience
from conversations.engine.streams import stream_of


@dataclass(frozen=True, kw_only=True)
class Projection:
    """One read model. `step` is a short cut for one event of the kinds `steps`, which are by far the most.

    It is an UPDATE that takes the event from `written` (seq, kind, body, at) and %(subject)s, and must touch a row only
    if that has seen everything before the event; where it touches none, `catch_up` is run.
    """

    catch_up: str
    step: str = ""
    steps: frozenset[str] = frozenset()


def projection_parameters(*, subjects: Sequence[UUID]) -> dict[str, Any]:
    """Answer the parameters of every projection's `catch_up` for these subjects."""
    return {"subjects": list(subjects), "staff": [stream_of(subject=s, audience=Audience.STAFF) for s in subjects]}
