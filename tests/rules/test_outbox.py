"""The outbox: order, its bound in bytes, closing, and waiting for room."""

import asyncio
from collections.abc import Sequence

import pytest

from conversations.live.outbox import EASY_BYTES, MOST_BYTES, Outbox

pytestmark = pytest.mark.asyncio


class Socket:
    """A peer that takes what it is sent, unless it is told to stop."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, texts: Sequence[str]) -> None:
        await self.reads.wait()
        self.texts.extend(texts)


async def test_in_order_then_closed() -> None:
    socket, outbox = Socket(), Outbox()
    for n in range(100):
        outbox.push(str(n))
    outbox.close(1012)
    outbox.close(4008)
    outbox.push("too late")
    assert await outbox.run(socket.send) == 1012
    assert socket.texts == [str(n) for n in range(100)]


async def test_what_comes_while_sending_goes_out() -> None:
    socket, outbox = Socket(), Outbox()
    sending = asyncio.create_task(outbox.run(socket.send))
    for n in range(3):
        await asyncio.sleep(0)
        outbox.push(str(n))
    await asyncio.sleep(0.01)
    assert socket.texts == ["0", "1", "2"]
    outbox.close(1000)
    assert await sending == 1000


@pytest.mark.parametrize(("text", "bytes_each"), [("x" * 1024, 1024), ("云" * 1024, 3072), ("😀" * 1024, 4096)])
async def test_at_most_one_mebibyte_waits(text: str, bytes_each: int) -> None:
    outbox = Outbox()
    for _ in range(MOST_BYTES // bytes_each):
        outbox.push(text)
        assert not outbox.overflow.is_set()
    outbox.push(text)
    assert outbox.overflow.is_set()


async def test_after_an_overflow_nothing_is_kept() -> None:
    socket, outbox = Socket(), Outbox()
    outbox.push("x" * (MOST_BYTES + 1))
    outbox.push("y")
    outbox.close(4008)
    assert await outbox.run(socket.send) == 4008
    assert socket.texts == []


async def test_what_was_sent_makes_room() -> None:
    socket, outbox = Socket(), Outbox()
    sending = asyncio.create_task(outbox.run(socket.send))
    for _ in range(8):
        outbox.push("云" * (MOST_BYTES // 6))
        await asyncio.sleep(0.001)
    assert not outbox.overflow.is_set()
    outbox.close(1000)
    await sending


async def test_room_waits_until_little_is_left() -> None:
    socket, outbox = Socket(), Outbox()
    await outbox.room()
    socket.reads.clear()
    outbox.push("x" * (EASY_BYTES + 1))
    sending = asyncio.create_task(outbox.run(socket.send))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox.room(), 0.02)
    socket.reads.set()
    await asyncio.wait_for(outbox.room(), 1)
    outbox.close(1000)
    await sending
