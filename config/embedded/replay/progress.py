"""The bar on standard error: drawn over itself on a terminal, a line every few seconds elsewhere."""

import sys
import time
from typing import Final, TextIO

WIDTH: Final = 30
TERMINAL_S: Final = 0.1
ELSEWHERE_S: Final = 5.0


class Progress:
    """One stage of work: so many things of so many are done."""

    def __init__(self, *, title: str, total: int, unit: str, out: TextIO | None = None) -> None:
        """Nothing is done yet."""
        self._title = title
        self._total = total
        self._unit = unit
        self._out = out or sys.stderr
        self._is_terminal = self._out.isatty()
        self._started = time.monotonic()
        self._shown_at = self._started
        self._width = 0

    def show(self, done: int) -> None:
        """Show it, if it was not shown a moment ago."""
        now = time.monotonic()
        if now - self._shown_at >= (TERMINAL_S if self._is_terminal else ELSEWHERE_S):
            self._shown_at = now
            self._draw(describe(done=done, total=self._total, unit=self._unit, seconds=now - self._started))

    def end(self, done: int) -> None:
        """Show the last of it and leave the line."""
        seconds = time.monotonic() - self._started
        self._draw(describe(done=done, total=self._total, unit=self._unit, seconds=seconds))
        if self._is_terminal:
            self._out.write("\n")
            self._out.flush()

    def _draw(self, text: str) -> None:
        line = f"{self._title} {text}"
        if self._is_terminal:
            self._out.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._out.write(line + "\n")
        self._out.flush()


def describe(*, done: int, total: int, unit: str, seconds: float) -> str:
    """Answer bar, numbers, rate and the time that is left."""
    share = min(done / total, 1.0) if total else 1.0
    bar = ("█" * int(share * WIDTH)).ljust(WIDTH, "·")
    rate = done / seconds if seconds > 0 else 0.0
    left = f", {clock(seconds=(total - done) / rate)} left" if rate and done < total else ""
    return f"{bar} {share:4.0%}  {done:,}/{total:,} {unit}  {rate:,.0f}/s  {clock(seconds=seconds)}{left}"


def clock(*, seconds: float) -> str:
    """Answer a duration as people read it: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
