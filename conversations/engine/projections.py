"""What an in-transaction read model gives to `append`: one SQL text that catches up with the log by itself.

The text takes %(subjects)s and %(staff)s (the subjects of the batch and their staff streams), reads the events that
its rows have not seen yet and moves them on. So it needs no result of the append before it, may run twice, and a
row set back to zero is rebuilt by running it.
"""

from collections.abc import Sequence
from typing import Any, NewType
from uuid import UUID

from conversations.engine.events import Audience
from conversations.engine.streams import stream_of

Projection = NewType("Projection", str)


def projection_parameters(*, subjects: Sequence[UUID]) -> dict[str, Any]:
    """Answer the parameters of every Projection for these subjects."""
    return {"subjects": list(subjects), "staff": [stream_of(subject=s, audience=Audience.STAFF) for s in subjects]}
