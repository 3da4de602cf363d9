"""Signs of life are passed on at most once a second each."""

from conversations.live.signs import MOST_KEPT, Signs


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_same_sign_passes_once_a_second_and_others_are_not_held_up() -> None:
    clock = Clock()
    signs = Signs(clock=clock)
    assert signs.may_pass(key="a")
    assert not signs.may_pass(key="a")
    assert signs.may_pass(key="b")
    clock.now += 1.0
    assert signs.may_pass(key="a")


def test_what_is_remembered_is_bounded() -> None:
    signs = Signs(clock=Clock())
    assert all(signs.may_pass(key=str(n)) for n in range(3 * MOST_KEPT))
    assert len(signs._passed) <= MOST_KEPT
