"""Token buckets: as much as the limit at once, then as fast as they fill."""

from conversations.access import buckets
from conversations.access.buckets import Allowance, Buckets


def test_a_bucket_runs_dry_and_fills_up_again() -> None:
    kept = Buckets()
    assert kept.look(name="a", limit=2, at=100) == Allowance(2, 2, 0, 0)
    assert kept.take(name="a", limit=2, at=100) == Allowance(2, 1, 30, 0)
    assert kept.take(name="a", limit=2, at=100) == Allowance(2, 0, 60, 30)
    assert kept.look(name="a", limit=2, at=115) == Allowance(2, 0, 45, 15)
    assert kept.look(name="a", limit=2, at=130) == Allowance(2, 1, 30, 0)
    assert kept.look(name="a", limit=2, at=1000) == Allowance(2, 2, 0, 0)
    assert kept.look(name="b", limit=2, at=100) == Allowance(2, 2, 0, 0)


def test_what_is_full_again_is_forgotten() -> None:
    kept = Buckets()
    for n in range(buckets.MOST_KEPT):
        kept.take(name=str(n), limit=2, at=0)
    kept.take(name="new", limit=2, at=buckets.MINUTE_S)
    assert len(kept._kept) == 1
