"""How long people wait before a message: as recorded, or as long as writing it takes. Pure."""

import unicodedata
from typing import Final

from config.embedded.replay.book import Message

THINK_S: Final = 1.5
NARROW_S: Final = 0.1
WIDE_S: Final = 0.35  # one Chinese character stands for a syllable, not for a letter
LONGEST_S: Final = 60.0


class Pace:
    """`speed` divides all times; None does not wait at all."""

    def __init__(self, *, speed: float | None) -> None:
        """Take the speed."""
        self.speed = speed

    def pause(self, *, before: Message, after: Message | None) -> float:
        """Answer the seconds to wait before a message that comes `after` another (None: it is the first)."""
        if self.speed is None or after is None:
            return 0.0
        if before.at is not None and after.at is not None:
            return max(before.at - after.at, 0.0) / self.speed
        return _writing(before.text) / self.speed


def _writing(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return min(THINK_S + wide * WIDE_S + (len(text) - wide) * NARROW_S, LONGEST_S)
