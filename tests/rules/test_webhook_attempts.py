"""What follows from what a partner's server answers."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.webhooks.rules.attempts import (
    LONGEST_REST,
    MOST_ATTEMPTS,
    PATIENCE,
    PAUSES_S,
    SWITCHED_OFF_AFTER,
    Attempt,
    Health,
    follow,
    judge,
    read_wish,
)

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def attempt(*, status: int | None = 500, error: str = "", at: datetime = NOW, wish: datetime | None = None) -> Attempt:
    return Attempt(at=at, ms=1000, status=status, error=error, wish=wish)


def test_the_schedule_is_the_promised_one() -> None:
    assert PAUSES_S == (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_what_is_taken(status: int) -> None:
    assert follow(attempt=attempt(status=status), made=1, luck=0.5) == ("delivered", None)


@pytest.mark.parametrize("status", [100, 301, 307, 400, 401, 404, 410, 429, 500, 503, None])
def test_what_is_not(status: int | None) -> None:
    assert follow(attempt=attempt(status=status), made=1, luck=0)[0] == "waiting"


def test_an_answer_that_broke_off_is_none() -> None:
    assert follow(attempt=attempt(status=200, error="answer_too_large"), made=1, luck=0)[0] == "waiting"


@pytest.mark.parametrize("luck", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("made", range(1, MOST_ATTEMPTS))
def test_the_pause_counts_from_the_end_of_the_attempt(made: int, luck: float) -> None:
    state, due = follow(attempt=attempt(), made=made, luck=luck)
    assert state == "waiting"
    assert due == NOW + timedelta(seconds=1 + PAUSES_S[made] * (1 + luck / 10))


def test_it_ends() -> None:
    assert follow(attempt=attempt(), made=MOST_ATTEMPTS, luck=0) == ("failed", None)


def test_a_wish_makes_it_later_and_never_sooner() -> None:
    late = NOW + timedelta(hours=1)
    assert follow(attempt=attempt(wish=late), made=1, luck=0)[1] == late
    assert follow(attempt=attempt(wish=NOW), made=1, luck=0)[1] == NOW + timedelta(seconds=6)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("99999999999999999999", None),
        ("172800", 86_400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Mon, 04 May 2026 12:02:00 GMT", 120),
        ("Mon, 04 May 2026 12:02:00", 120),
        ("Mon, 04 May 2026 11:00:00 GMT", 0),
        ("Mon, 04 May 2099 12:02:00 GMT", 86_400),
        ("Mon, 99 May 2026 12:02:00 GMT", None),
    ],
)
def test_retry_after(said: str | None, seconds: int | None) -> None:
    wish = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert read_wish(said=said, now=NOW) == wish


def test_one_success_makes_an_endpoint_well() -> None:
    ill = Health(failures=9, failing_since=NOW, rests_until=NOW)
    assert judge(health=ill, attempts=[attempt(status=200)], now=NOW) == Health()


def test_who_fails_again_and_again_rests_ever_longer() -> None:
    health, rests = Health(), []
    for _ in range(PATIENCE + 9):
        health = judge(health=health, attempts=[attempt()], now=NOW)
        rests.append(health.rests_until)
    assert rests[: PATIENCE - 1] == [None] * (PATIENCE - 1)
    assert rests[PATIENCE - 1] == NOW + timedelta(seconds=5)
    assert rests[PATIENCE] == NOW + timedelta(seconds=10)
    assert rests[-1] == NOW + LONGEST_REST


@pytest.mark.parametrize(("status", "rests"), [(429, True), (503, True), (500, False)])
def test_who_asks_for_a_pause_for_all_rests_at_once(status: int, rests: bool) -> None:
    wish = NOW + timedelta(minutes=30)
    health = judge(health=Health(), attempts=[attempt(status=status, wish=wish)], now=NOW)
    assert health.rests_until == (wish if rests else None)


def test_what_was_under_way_takes_nothing_of_a_pause_that_was_asked_for() -> None:
    wish = NOW + timedelta(minutes=30)
    both = [attempt(status=429, wish=wish), attempt(status=200)]
    health = judge(health=Health(), attempts=both, now=NOW)
    assert (health.failures, health.rests_until) == (0, wish)
    assert judge(health=health, attempts=[attempt(status=200)], now=wish).rests_until is None


def test_gone_is_at_once_and_five_days_are_patience() -> None:
    assert judge(health=Health(), attempts=[attempt(status=410)], now=NOW).off_why == "gone"
    since = Health(failures=50, failing_since=NOW)
    just = NOW + SWITCHED_OFF_AFTER
    assert judge(health=since, attempts=[attempt(at=just)], now=just - timedelta(seconds=1)).off_why == ""
    assert judge(health=since, attempts=[attempt(at=just)], now=just).off_why == "failing"
    assert judge(health=since, attempts=[attempt(at=just, status=200)], now=just).off_why == ""
    assert judge(health=since, attempts=[attempt(at=just, status=200), attempt(at=just)], now=just).off_why == ""
