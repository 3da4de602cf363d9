"""Judges a history: pure, so that its own tests can show it every kind of wrong."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.guarantees.storm.history import DESK, MESSAGE, NOTE, UNSEEN, Copy, History, Operation, Row, Seen

HEALED_WITHIN_S: Final = 60.0
MOST_MEMORY: Final = 512 * 1_048_576
SAID: Final = frozenset({MESSAGE, NOTE})
RESOLVED: Final = "conversation.resolved.v1"
REOPENED: Final = "conversation.reopened.v1"
KINDS: Final = (
    *("lost", "duplicated", "reordered", "altered", "refused", "foreign"),
    *("holes", "behind", "repeated", "effects", "leaked", "late", "memory"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was promised not to happen."""

    kind: str
    detail: str


def judge(*, history: History) -> list[Finding]:
    """Answer everything that is wrong."""
    rows = {(tenant, row.topic, row.id): row for tenant, log in history.logs.items() for row in log if _is_said(row)}
    return [
        *(found for operation in history.operations for found in _judge_operation(operation, rows)),
        *_judge_strangers(history),
        *_judge_order(history, rows),
        *(found for tenant, log in history.logs.items() for found in _judge_log(tenant, log)),
        *(found for copy in history.copies for found in _judge_copy(copy, history.logs.get(copy.tenant, []))),
        *(found for tenant, log in history.logs.items() for found in _judge_effects(tenant, log, history)),
        *(Finding("leaked", stray) for stray in history.strays),
        *_judge_whole(history),
    ]


def _is_said(row: Row) -> bool:
    return row.kind in SAID and row.id is not None


def _judge_operation(operation: Operation, rows: dict[tuple[str, str, str | None], Row]) -> Iterator[Finding]:
    """Every ok is there once, as acked and as sent. How often anything is there `_judge_strangers` counts."""
    row = rows.get((operation.tenant, operation.topic, operation.id))
    what = f"{operation.topic} of {operation.tenant}, {operation.id}"
    if operation.refused is not None:
        yield Finding("refused", f"{what} was refused: {operation.refused}")
    if operation.seqs and row is None:
        yield Finding("lost", f"{what} was acked at {operation.seqs[0]} and is not on the log")
    if row is None:
        return
    if row.text != operation.text:
        yield Finding("altered", f"{what} is not what was sent")
    for seq in operation.seqs:
        if seq != row.seq:
            yield Finding("reordered", f"{what} was acked at {seq} and is at {row.seq}")


def _judge_strangers(history: History) -> Iterator[Finding]:
    """What is on a log was sent by somebody, to this topic, and is there once."""
    sent = {(operation.tenant, operation.topic, operation.id) for operation in history.operations}
    times = Counter((tenant, row.topic, row.id) for tenant, log in history.logs.items() for row in log if _is_said(row))
    for key, count in times.items():
        what = f"{key[1]} of {key[0]}, {key[2]}"
        if key not in sent:
            yield Finding("foreign", f"{what} was sent by nobody")
        if count > 1:
            yield Finding("duplicated", f"{what} is on the log {count} times")


def _judge_order(history: History, rows: dict[tuple[str, str, str | None], Row]) -> Iterator[Finding]:
    """What was sent after another one had its ack comes after it: looked at from the end, with the earliest ack."""
    topics: dict[tuple[str, str], list[tuple[int, Operation]]] = defaultdict(list)
    for operation in history.operations:
        row = rows.get((operation.tenant, operation.topic, operation.id))
        if row is not None:
            topics[operation.tenant, operation.topic].append((row.seq, operation))
    for (tenant, topic), found in topics.items():
        earliest: Operation | None = None
        for _, operation in sorted(found, key=lambda pair: pair[0], reverse=True):
            if earliest is not None and (earliest.acked or 0.0) < operation.invoked:
                detail = f"{topic} of {tenant}: {operation.id} was sent after {earliest.id} was acked, and is before it"
                yield Finding("reordered", detail)
            if operation.acked is not None and (earliest is None or operation.acked < (earliest.acked or 0.0)):
                earliest = operation


def _judge_log(tenant: str, log: list[Row]) -> Iterator[Finding]:
    """Positions are dense in the tenant, seqs in each stream, and both rise together."""
    positions = [row.position for row in log]
    if positions != list(range(1, len(log) + 1)):
        yield Finding("holes", f"log of {tenant}: positions are not 1 to {len(log)}")
    streams: dict[str, list[Row]] = defaultdict(list)
    for row in log:
        streams[row.topic].append(row)
    for topic, rows in streams.items():
        seqs = [row.seq for row in rows]
        if sorted(seqs) != list(range(1, len(rows) + 1)):
            yield Finding("holes", f"log of {tenant}, {topic}: seqs are not 1 to {len(rows)}")
        elif seqs != sorted(seqs):
            yield Finding("reordered", f"log of {tenant}, {topic}: seq and position do not rise together")
        turns = [row.kind for row in rows if row.kind in {RESOLVED, REOPENED}]
        if any(first == second for first, second in pairwise([REOPENED, *turns])):
            yield Finding("effects", f"log of {tenant}, {topic}: resolved or reopened twice in a row")


def _judge_copy(copy: Copy, log: list[Row]) -> Iterator[Finding]:
    """A reader's copy is the log, without hole, repetition or inversion."""
    where = f"{copy.who}, {copy.topic} of {copy.tenant}"
    numbers = [seen.number for seen in copy.seen]
    truth = _truth(copy.topic, log)
    due = [seen.number for seen in truth]
    for before, after in pairwise([0, *numbers]):
        if after == before:
            yield Finding("repeated", f"{where}: {after} came again")
        elif after < before:
            yield Finding("reordered", f"{where}: {after} came after {before}")
        elif missing := due[bisect_right(due, before) : bisect_left(due, after)]:
            yield Finding("holes", f"{where}: {missing[0]} to {missing[-1]} never came")
    if copy.last < (due or [0])[-1]:
        yield Finding("behind", f"{where}: stopped at {copy.last} of {due[-1]}")
    true = {seen.number: seen for seen in truth}
    for seen in copy.seen:
        if true.get(seen.number) != seen:
            yield Finding("altered", f"{where}: heard as {seen}, the log has {true.get(seen.number)}")


def _truth(topic: str, log: list[Row]) -> list[Seen]:
    """Answer a topic as its readers are to hear it: only messages are told with their id."""
    shown = [row for row in log if row.kind not in UNSEEN]
    rows = shown if topic == DESK else [row for row in shown if row.topic == topic]
    return [
        Seen(row.position if topic == DESK else row.seq, row.kind, row.id if row.kind == MESSAGE else None, row.text)
        for row in rows
    ]


def _judge_effects(tenant: str, log: list[Row], history: History) -> Iterator[Finding]:
    """Each message had its effect once; nothing else had any."""
    wanted = {f"{row.topic} {row.seq}" for row in log if row.kind == MESSAGE}
    had = history.effects.get(tenant, Counter())
    for key in wanted - set(had):
        yield Finding("effects", f"{tenant}, {key}: the worker's effect is missing")
    for key, times in had.items():
        if key not in wanted:
            yield Finding("effects", f"{tenant}, {key}: an effect of nothing")
        elif times != 1:
            yield Finding("effects", f"{tenant}, {key}: the worker's effect happened {times} times")


def _judge_whole(history: History) -> Iterator[Finding]:
    if history.healed_s > HEALED_WITHIN_S:
        yield Finding("late", f"everybody had everything only {history.healed_s:.0f} s after the last fault")
    for name, peak in history.memory.items():
        if peak > MOST_MEMORY:
            yield Finding("memory", f"{name} took {peak // 1_048_576} MiB")
