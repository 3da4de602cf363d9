"""How long somebody who waits may still have to wait."""

from collections.abc import Sequence
from statistics import fmean
from typing import Final

FEWEST: Final = 3  # of fewer nobody can tell how long one takes
LONGEST_S: Final = 4 * 3600


def estimate_wait(*, place: int, lasted_s: Sequence[float], in_hand: int) -> int | None:
    """Answer about how many seconds until the one at `place` (from 1) is handed out; None if nobody can tell.

    `lasted_s` is how long agents had the last ones that are done; `in_hand` is how many they have now. So many are done
    at once, each in so long: as many of those as the place says must be done first. How fast a queue was handed out
    would say less: through a quiet night it is slow because nobody came (`./dev bench --only waits` compares them).
    """
    if len(lasted_s) < FEWEST or in_hand < 1:
        return None
    each = fmean(min(max(seconds, 0.0), LONGEST_S) for seconds in lasted_s) / in_hand
    return min(round(each * place), LONGEST_S)
