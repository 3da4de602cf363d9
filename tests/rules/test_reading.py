"""Read marks: the first at once, then one a second, always the highest, none lost."""

import asyncio
from uuid import UUID

import pytest

from conversations.live import reading
from conversations.live.reading import ReadMarks
from tests.rules.scenario import CONVERSATION

pytestmark = pytest.mark.asyncio
OTHER = UUID(int=2)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "COALESCE_S", 0.05)


class Written:
    """What reached the log."""

    def __init__(self) -> None:
        self.marks: list[tuple[UUID, int]] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def write(self, conversation: UUID, seq: int) -> None:
        await self.takes.wait()
        self.marks.append((conversation, seq))


async def test_the_first_at_once_the_rest_as_one() -> None:
    written = Written()
    marks = ReadMarks(write=written.write)
    for seq in (1, 2, 3):
        marks.mark(conversation=CONVERSATION, seq=seq)
        await asyncio.sleep(0)
    marks.mark(conversation=OTHER, seq=7)
    await asyncio.sleep(0.01)
    assert written.marks == [(CONVERSATION, 1), (OTHER, 7)]
    await asyncio.sleep(0.06)
    assert written.marks == [(CONVERSATION, 1), (OTHER, 7), (CONVERSATION, 3)]
    await marks.flush()
    assert len(written.marks) == 3


async def test_lower_and_equal_marks_say_nothing() -> None:
    written = Written()
    marks = ReadMarks(write=written.write)
    for seq in (5, 5, 4):
        marks.mark(conversation=CONVERSATION, seq=seq)
    await asyncio.sleep(0.12)
    marks.mark(conversation=CONVERSATION, seq=5)
    await marks.flush()
    assert written.marks == [(CONVERSATION, 5)]


async def test_flush_writes_what_waits() -> None:
    written = Written()
    marks = ReadMarks(write=written.write)
    marks.mark(conversation=CONVERSATION, seq=1)
    await asyncio.sleep(0)
    marks.mark(conversation=CONVERSATION, seq=9)
    await marks.flush()
    assert written.marks == [(CONVERSATION, 1), (CONVERSATION, 9)]


async def test_marks_that_come_while_one_is_written_are_written_after_it() -> None:
    written = Written()
    written.takes.clear()
    marks = ReadMarks(write=written.write)
    marks.mark(conversation=CONVERSATION, seq=1)
    await asyncio.sleep(0)
    marks.mark(conversation=CONVERSATION, seq=2)
    written.takes.set()
    await asyncio.sleep(0.07)
    assert written.marks == [(CONVERSATION, 1), (CONVERSATION, 2)]
    await marks.flush()


async def test_a_mark_after_a_pause_is_written_at_once() -> None:
    written = Written()
    marks = ReadMarks(write=written.write)
    marks.mark(conversation=CONVERSATION, seq=1)
    await asyncio.sleep(0.12)
    marks.mark(conversation=CONVERSATION, seq=2)
    await asyncio.sleep(0.01)
    assert written.marks[-1] == (CONVERSATION, 2)
    await marks.flush()


async def test_a_mark_that_could_not_be_written_waits_anew_unless_a_higher_one_does() -> None:
    written = Written()
    marks = ReadMarks(write=written.write)
    marks.mark(conversation=CONVERSATION, seq=3)
    await asyncio.sleep(0.01)
    marks.mark_again(conversation=CONVERSATION, seq=3)
    await asyncio.sleep(0.06)
    assert written.marks == [(CONVERSATION, 3), (CONVERSATION, 3)]
    marks.mark(conversation=CONVERSATION, seq=4)
    await asyncio.sleep(0.06)
    marks.mark_again(conversation=CONVERSATION, seq=3)
    await marks.flush()
    assert written.marks == [(CONVERSATION, 3), (CONVERSATION, 3), (CONVERSATION, 4)]
