"""What is counted and timed while playing. Judges nothing."""

import math
from array import array
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """One run's counters. `latencies` are seconds from the first sending of a message to its ack."""

    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    notes: int = 0
    resends: int = 0
    reconnects: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    started: float = 0.0
    ended: float = 0.0

    @property
    def messages(self) -> int:
        """How many messages have their ack."""
        return len(self.latencies)

    @property
    def seconds(self) -> float:
        """How long the playing took."""
        return self.ended - self.started

    def acked(self, *, seconds: float) -> None:
        """Count a message that has its ack."""
        self.latencies.append(seconds)


def percentile(*, values: list[float], share: float) -> float:
    """Answer the value that `share` (0-1) of the sorted values do not exceed; 0 where there are none."""
    if not values:
        return 0.0
    return values[max(math.ceil(share * len(values)) - 1, 0)]
