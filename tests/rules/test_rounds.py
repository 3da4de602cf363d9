"""Whom a worker serves next."""

from config.rounds import LOOK_S, Head, Rounds


def names(heads: list[Head]) -> list[str]:
    return [head.schema for head in heads]


def heads(**positions: int) -> list[Head]:
    return [Head(schema, position, due=False) for schema, position in positions.items()]


def test_at_first_all_wait_and_then_whoever_has_news_is_first() -> None:
    rounds = Rounds()
    assert rounds.sort(heads=heads(a=1, b=1)) == ([], [], heads(a=1, b=1))
    assert rounds.sort(heads=heads(a=1, b=2, c=1)) == (heads(b=2, c=1), [], heads(a=1))
    assert rounds.sort(heads=heads(a=1, b=2, c=1)) == ([], [], heads(a=1, b=2, c=1))


def test_who_is_done_is_left_alone_until_something_happens() -> None:
    rounds = Rounds()
    rounds.sort(heads=heads(a=1, b=1))
    rounds.end(head=Head("a", 1, due=False))
    assert rounds.sort(heads=heads(a=1, b=1)) == ([], [], heads(b=1))
    assert rounds.sort(heads=heads(a=2, b=1)) == (heads(a=2), [], heads(b=1))


def test_who_is_due_is_served_whatever_is_done_and_with_their_news() -> None:
    rounds = Rounds()
    due = Head("a", 1, due=True)
    assert rounds.sort(heads=[due]) == ([], [due], [])
    rounds.end(head=due)
    assert rounds.sort(heads=[due]) == ([], [due], [])
    assert rounds.sort(heads=heads(a=1)) == ([], [], [])
    both = Head("a", 2, due=True)
    assert rounds.sort(heads=[both]) == ([both], [], [])


def test_whoever_was_served_longest_ago_comes_first() -> None:
    rounds = Rounds()
    for at, schema in enumerate("bca", start=1):
        rounds.serve(head=Head(schema, 1, due=False), at=float(at))
    *_, waiting = rounds.sort(heads=heads(a=1, b=1, c=1, d=1))
    assert names(waiting) == ["d", "b", "c", "a"]


def test_who_could_not_go_on_a_moment_ago_may_wait() -> None:
    rounds = Rounds()
    (head,) = heads(a=1)
    assert rounds.is_neglected(head=head, at=10.0)
    rounds.serve(head=head, at=10.0)
    assert not rounds.is_neglected(head=head, at=10.0 + LOOK_S)
    assert rounds.is_neglected(head=head, at=10.1 + LOOK_S)
