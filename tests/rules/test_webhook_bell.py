"""A bell wakes whoever waits, and is silent after it was hushed."""

import select
import threading

from integrations.webhooks.sending.bell import Bell


def rings(bell: Bell) -> bool:
    waiting = select.poll()
    waiting.register(bell.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def test_it_rings_until_it_is_hushed() -> None:
    bell = Bell()
    assert not rings(bell)
    for _ in range(100_000):  # more than a pipe holds
        bell.ring()
    assert rings(bell)
    bell.hush()
    bell.hush()
    assert not rings(bell)
    bell.ring()
    assert rings(bell)


def test_it_wakes_whoever_waits() -> None:
    bell = Bell()
    ringing = threading.Timer(0.05, bell.ring)
    ringing.start()
    bell.wait(within_s=60)
    assert rings(bell)
    ringing.join()
