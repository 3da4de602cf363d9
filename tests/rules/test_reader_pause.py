"""How long a reader that fails waits before it tries again."""

from datetime import timedelta

from conversations.engine.readers import pause_after


def test_the_pause_doubles_up_to_five_minutes() -> None:
    assert [pause_after(failures=n).total_seconds() for n in (1, 2, 3)] == [2, 4, 8]
    assert pause_after(failures=9) == timedelta(minutes=5)


def test_a_reader_that_has_failed_for_months_still_has_a_pause() -> None:
    assert pause_after(failures=100_000) == timedelta(minutes=5)
