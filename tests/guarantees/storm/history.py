"""What happened in a run, as plain facts: what clients sent and heard, what the log and the worker's effects say.

Filled by `people`, `reading` and `run`; judged by `checker`. No I/O.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

MESSAGE: Final = "message.posted.v1"
NOTE: Final = "note.posted.v1"
DESK: Final = "desk"
UNSEEN: Final = ("audit.recorded.v1", "presence.changed.v1")  # no conversation's: the desk does not show them


@dataclass(slots=True)
class Operation:
    """One message or note that somebody wanted on a topic. Times are monotonic seconds.

    `seqs` is what each ack said: none, and it is unknown whether it happened; several, and it was sent again although
    it was acked.
    """

    tenant: str
    topic: str
    id: str
    text: str
    invoked: float
    acked: float | None = None
    seqs: list[int] = field(default_factory=list)
    refused: str | None = None

    def ack(self, *, seq: int, now: float) -> None:
        """Hear that it is on the log at `seq`."""
        self.seqs.append(seq)
        self.acked = now if self.acked is None else self.acked


@dataclass(frozen=True, slots=True)
class Row:
    """One event on a tenant's log."""

    topic: str
    seq: int
    position: int
    kind: str
    id: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as a reader heard it; `number` is its seq, on the desk its position."""

    number: int
    kind: str
    id: str | None
    text: str | None


@dataclass(slots=True)
class Copy:
    """Everything that one reader heard of one topic, in the order heard, over all its connections."""

    who: str
    tenant: str
    topic: str
    seen: list[Seen] = field(default_factory=list)

    @property
    def last(self) -> int:
        """Answer the number heard last, 0 when nothing was heard."""
        return self.seen[-1].number if self.seen else 0


@dataclass(slots=True)
class History:
    """A whole run."""

    operations: list[Operation] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    logs: dict[str, list[Row]] = field(default_factory=dict)
    effects: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # "<topic> <seq>" -> times
    strays: list[str] = field(default_factory=list)  # frames that carried another tenant's canary
    memory: dict[str, int] = field(default_factory=dict)  # most resident bytes of each process
    healed_s: float = 0.0  # from the end of the last fault until everybody had everything
