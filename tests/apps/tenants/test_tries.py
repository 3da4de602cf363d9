"""Tries are counted by all processes together, cost a flood's target nothing, and shut nobody out from elsewhere."""

import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import RequestFactory

from tenants.context import platform_context
from tenants.expiry import forget_expired
from tenants.guessing import Guesses
from tenants.models import SpentTries
from tenants.tries import Slowing, TooManyTries, Tries, network_of


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(database: str) -> Clock:
    return Clock()


def name() -> str:
    return secrets.token_hex(4)


def wait_after(tries: Tries, key: str) -> float:
    """Spend one; answer how long the next has to wait."""
    tries.spend(key=key)
    try:
        tries.refuse_spent(key=key)
    except TooManyTries as refusal:
        return refusal.wait
    return 0


def test_a_wall_stands_for_its_window_and_for_its_key(clock: Clock) -> None:
    tries = Tries(name=name(), limit=3, clock=clock)
    assert [wait_after(tries, "a") for _ in range(3)] == [0, 0, 60]
    tries.refuse_spent(key="b")
    clock.now += 59
    with pytest.raises(TooManyTries):
        tries.spend(key="a")
    clock.now += 1
    assert wait_after(tries, "a") == 0


def test_one_may_be_given_back_and_all_forgotten(clock: Clock) -> None:
    tries = Tries(name=name(), limit=1, clock=clock)
    assert wait_after(tries, "a") == 60
    tries.give_back(key="a")
    assert wait_after(tries, "a") == 60
    tries.forget(key="a")
    tries.refuse_spent(key="a")


def test_waits_grow_to_a_quarter_of_an_hour_and_are_forgotten_after_a_quiet_day(clock: Clock) -> None:
    tries = Slowing(name=name(), after=5, clock=clock)
    waits = []
    for _ in range(16):
        waits.append(wait_after(tries, "a"))
        clock.now += waits[-1]
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    clock.now += 86_400
    assert wait_after(tries, "a") == 0


def test_another_process_and_one_after_a_restart_count_on(database: str) -> None:
    shared = name()
    tries = Tries(name=shared, limit=2, window_s=600)
    tries.spend(key="a")
    script = (
        "import django; django.setup()\n"
        "from tenants.tries import Tries\n"
        f"Tries(name='{shared}', limit=2, window_s=600).spend(key='a')\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=settings.BASE_DIR, check=True, timeout=60)
    with pytest.raises(TooManyTries):
        Tries(name=shared, limit=2, window_s=600).refuse_spent(key="a")
    with pytest.raises(TooManyTries):
        tries.spend(key="a")


def test_of_many_at_once_none_slips_by(clock: Clock) -> None:
    shared = name()

    def guess(_n: int) -> bool:
        try:
            Tries(name=shared, limit=7, clock=clock).spend(key="a")  # each as a process of its own
        except TooManyTries:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        assert sum(threads.map(guess, range(40))) == 7


def test_a_flood_on_one_key_costs_the_database_a_look_every_two_seconds(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = Tries(name=name(), limit=1, clock=clock)
    tries.spend(key="a")
    asked: list[str] = []

    def note(execute: Any, *args: Any) -> Any:
        asked.append(args[0])
        return execute(*args)

    with platform_context(), connection.execute_wrapper(note):
        for _ in range(10_000):
            with pytest.raises(TooManyTries):
                tries.spend(key="a")
        assert len(asked) == 2  # the upsert that was refused, and when it opens
        clock.now += 2
        with pytest.raises(TooManyTries):
            tries.refuse_spent(key="a")
        assert len(asked) == 3


def test_what_has_expired_is_swept(clock: Clock) -> None:
    Tries(name=name(), limit=1, clock=clock).spend(key="a")
    later = datetime.fromtimestamp(clock.now, UTC) + timedelta(seconds=61)
    forget_expired(now=later)
    with platform_context():
        assert not SpentTries.objects.filter(expires_at__lt=later).exists()


def test_an_accounts_owner_is_not_shut_out_by_a_stranger_elsewhere(clock: Clock) -> None:
    guesses = Guesses(name=name(), clock=clock)
    for _ in range(5):
        guesses.enter(place="stranger", account="ada")
    with pytest.raises(TooManyTries):
        guesses.enter(place="stranger", account="ada")
    guesses.enter(place="home", account="ada")


def test_strangers_everywhere_close_an_account_but_not_to_who_was_there(clock: Clock) -> None:
    guesses = Guesses(name=name(), for_one_account=4, clock=clock)
    guesses.enter(place="home", account="ada")
    guesses.succeeded(place="home", account="ada")
    for n in range(4):
        guesses.enter(place=f"stranger {n}", account="ada")
    with pytest.raises(TooManyTries):
        guesses.enter(place="elsewhere", account="ada")
    guesses.enter(place="home", account="ada")


def test_a_place_is_slowed_by_wrong_guesses_only(clock: Clock) -> None:
    guesses = Guesses(name=name(), from_one_place=3, clock=clock)
    for n in range(10):
        guesses.enter(place="office", account=f"colleague {n}")
        guesses.succeeded(place="office", account=f"colleague {n}")
    for n in range(3):
        guesses.enter(place="office", account=f"victim {n}")
    with pytest.raises(TooManyTries):
        guesses.enter(place="office", account="victim 3")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_a_network_is_what_a_host_cannot_change(address: str, network: str) -> None:
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network
