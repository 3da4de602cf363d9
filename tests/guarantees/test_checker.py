"""The checker of the storms finds every kind of wrong, and nothing where nothing is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.guarantees.storm.checker import KINDS, judge
from tests.guarantees.storm.history import DESK, MESSAGE, UNSEEN, Copy, History, Operation, Row, Seen

ROOM, NOTES, SHOP = "conversation:a", "staff:a", "acme"


def history() -> History:
    """Five messages, one of them never acked and not there, one acked twice; two readers, one worker."""
    made = History()
    for n in range(1, 6):
        sent = Operation(SHOP, ROOM, f"m{n}", f"text {n}", invoked=n)
        if n < 5:
            sent.ack(seq=n, now=n + 0.5)
        made.operations.append(sent)
    made.operations[0].ack(seq=1, now=9)
    made.logs[SHOP] = [Row(ROOM, n, n, MESSAGE, f"m{n}", f"text {n}") for n in range(1, 5)]
    made.logs[SHOP].append(Row(NOTES, 1, 5, "conversation.assigned.v1", None, None))
    seen = [Seen(n, MESSAGE, f"m{n}", f"text {n}") for n in range(1, 5)]
    made.copies = [Copy("visitor", SHOP, ROOM, list(seen))]
    made.copies.append(Copy("agent", SHOP, DESK, [*seen, Seen(5, "conversation.assigned.v1", None, None)]))
    made.effects[SHOP].update(f"{ROOM} {n}" for n in range(1, 5))
    return made


def lose_row(made: History) -> None:
    """As a commit that was acked and not kept: the rows after it move up."""
    made.logs[SHOP] = [row for row in made.logs[SHOP] if row.id != "m4"]


def write_twice(made: History) -> None:
    made.logs[SHOP].append(Row(ROOM, 5, 6, MESSAGE, "m4", "text 4"))


def write_unknown_twice(made: History) -> None:
    made.logs[SHOP] += [Row(ROOM, 5, 6, MESSAGE, "m5", "text 5"), Row(ROOM, 6, 7, MESSAGE, "m5", "text 5")]


def swap_on_log(made: History) -> None:
    """m3 was sent after m2 was acked."""
    log = made.logs[SHOP]
    log[1], log[2] = replace(log[1], id="m3", text="text 3"), replace(log[2], id="m2", text="text 2")


def ack_elsewhere(made: History) -> None:
    made.operations[1].seqs.append(3)


def seq_against_position(made: History) -> None:
    log = made.logs[SHOP]
    log[0], log[1] = replace(log[0], seq=2), replace(log[1], seq=1)


def change_text(made: History) -> None:
    made.logs[SHOP][0] = replace(made.logs[SHOP][0], text="another")


def change_copy(made: History) -> None:
    made.copies[0].seen[0] = Seen(1, MESSAGE, "m1", "another")


def refuse(made: History) -> None:
    made.operations[4].refused = "closed"


def write_of_nobody(made: History) -> None:
    made.logs[SHOP].append(Row(ROOM, 5, 6, MESSAGE, "x1", "who said this?"))


def write_elsewhere(made: History) -> None:
    """What was sent to one tenant is on another's log, too."""
    made.logs["globex"] = [Row(ROOM, 1, 1, MESSAGE, "m1", "text 1")]


def skip_seq(made: History) -> None:
    made.logs[SHOP] = [replace(row, seq=5) if row.id == "m4" else row for row in made.logs[SHOP]]


def skip_position(made: History) -> None:
    made.logs[SHOP][-1] = replace(made.logs[SHOP][-1], position=6)


def hole_in_copy(made: History) -> None:
    del made.copies[0].seen[1]


def invert_copy(made: History) -> None:
    made.copies[0].seen.insert(3, made.copies[0].seen[1])


def repeat_in_copy(made: History) -> None:
    made.copies[0].seen.append(made.copies[0].seen[-1])


def stop_copy(made: History) -> None:
    del made.copies[1].seen[3:]


def effect_twice(made: History) -> None:
    made.effects[SHOP][f"{ROOM} 2"] += 1


def effect_missing(made: History) -> None:
    del made.effects[SHOP][f"{ROOM} 2"]


def effect_of_nothing(made: History) -> None:
    made.effects[SHOP][f"{ROOM} 99"] += 1


def reopen_twice(made: History) -> None:
    said = ("conversation.resolved.v1", "conversation.reopened.v1", "conversation.reopened.v1")
    made.logs[SHOP] += [Row(ROOM, 5 + n, 6 + n, kind, None, None) for n, kind in enumerate(said)]


def stray(made: History) -> None:
    made.strays.append("a visitor of globex heard a canary of acme")


def late(made: History) -> None:
    made.healed_s = 61


def grow(made: History) -> None:
    made.memory["server 1"] = 2**30


WRONGS: dict[Callable[[History], None], str] = {
    lose_row: "lost",
    write_twice: "duplicated",
    write_unknown_twice: "duplicated",
    swap_on_log: "reordered",
    ack_elsewhere: "reordered",
    seq_against_position: "reordered",
    change_text: "altered",
    change_copy: "altered",
    refuse: "refused",
    write_of_nobody: "foreign",
    write_elsewhere: "foreign",
    skip_seq: "holes",
    skip_position: "holes",
    hole_in_copy: "holes",
    invert_copy: "reordered",
    repeat_in_copy: "repeated",
    stop_copy: "behind",
    effect_twice: "effects",
    effect_missing: "effects",
    effect_of_nothing: "effects",
    reopen_twice: "effects",
    stray: "leaked",
    late: "late",
    grow: "memory",
}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert judge(history=history()) == []


def test_what_the_desk_does_not_show_is_no_hole() -> None:
    made = history()
    made.logs[SHOP].append(Row("staff:ada", 1, 6, UNSEEN[-1], None, None))
    assert judge(history=made) == []
    made.logs[SHOP].append(Row(NOTES, 2, 7, "conversation.resolved.v1", None, None))
    assert [finding.kind for finding in judge(history=made)] == ["behind"]
    made.copies[1].seen.append(Seen(7, "conversation.resolved.v1", None, None))
    assert judge(history=made) == []


def test_an_unknown_that_happened_once_is_fine() -> None:
    made = history()
    made.logs[SHOP].append(Row(ROOM, 5, 6, MESSAGE, "m5", "text 5"))
    made.copies[0].seen.append(Seen(5, MESSAGE, "m5", "text 5"))
    made.copies[1].seen.append(Seen(6, MESSAGE, "m5", "text 5"))
    made.effects[SHOP][f"{ROOM} 5"] = 1
    assert judge(history=made) == []


@pytest.mark.parametrize("spoil", WRONGS, ids=lambda spoil: spoil.__name__)
def test_what_is_wrong_is_found(spoil: Callable[[History], None]) -> None:
    made = history()
    spoil(made)
    assert WRONGS[spoil] in {finding.kind for finding in judge(history=made)}


def test_every_kind_of_finding_is_tried() -> None:
    assert set(WRONGS.values()) == set(KINDS)
