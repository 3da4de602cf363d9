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
    """One read model. `step` and `stride` are short cuts for events of the kinds `steps`, which are by far the most.

    Both are an UPDATE that takes events from `written` (stream, seq, kind, body, at): `step` one of them, with its
    %(subject)s, and `stride` several, all of public streams, whose ids are their subjects'. They must touch a row only
    if that has seen everything before, and a stride one for each stream; where they touch less, `catch_up` is run.
    """

    catch_up: str
    step: str = ""
    stride: str = ""
    steps: frozenset[str] = frozenset()


def projection_parameters(*, subjects: Sequence[UUID]) -> dict[str, Any]:
    """Answer the parameters of every projection's `catch_up` for these subjects."""
    return {"subjects": list(subjects), "staff": [stream_of(subject=s, audience=Audience.STAFF) for s in subjects]}
