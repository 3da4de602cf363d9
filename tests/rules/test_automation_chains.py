"""Where rules set off rules: what is cut, and why."""

import pytest

from conversations.automation.rules.chains import DEEPEST, OFTEN, Chain, Why, find_cut
from conversations.threads.actors import cause_of, is_automatic, of_rule
from tenants.database.models import new_id

LONG = tuple(f"r{n}" for n in range(DEEPEST))


@pytest.mark.parametrize(
    ("chain", "rule", "lately", "why"),
    [
        ((), "a", 0, None),
        (("a", "b"), "c", 0, None),
        (("a", "b"), "a", 0, "circle"),
        (LONG[:-1], "a", 0, None),
        (LONG, "a", 0, "depth"),
        (LONG, "r0", 0, "circle"),
        ((), "a", OFTEN - 1, None),
        ((), "a", OFTEN, "often"),
    ],
)
def test_cuts(chain: tuple[str, ...], rule: str, lately: int, why: Why | None) -> None:
    assert find_cut(chain=Chain(rules=chain), rule=rule, lately=lately) == why


def test_what_a_rule_does_names_the_event_before_it() -> None:
    actor = of_rule(version=new_id(), name="R", position=4711, step=2)
    name = actor.name_for(nth=3)
    assert name == "rule:4711.2.3"
    assert is_automatic(client_id=name)
    assert cause_of(client_id=name) == 4711
    assert not is_automatic(client_id="rule-4711")
    assert not is_automatic(client_id=None)
    assert actor.may("conversations.assign")
