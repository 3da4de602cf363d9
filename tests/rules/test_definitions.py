"""What a definition refers to, and what changed between two of them."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.definitions.differences import Change, get_changes
from conversations.definitions.kinds import Kind, Reference, check_body, get_references, register_kind
from tenants.refusals import Invalid

scalars = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.5]) | st.text("ab~/", max_size=2)
)
documents = st.recursive(
    scalars, lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text("ab~/01", max_size=2), part, max_size=4)
)


def same(one: Any, other: Any) -> bool:
    return msgspec.json.encode(one, order="sorted") == msgspec.json.encode(other, order="sorted")


def apply(document: Any, changes: list[Change]) -> Any:
    """Carry changes out, on a document that is wrapped so that it can be replaced as a whole."""
    whole = {"": msgspec.json.decode(msgspec.json.encode(document))}
    for change in sorted(changes, key=lambda change: change.action != "changed"):
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in f"{change.path}".split("/")]
        if not way:
            way, last = [], ""
        part: Any = whole
        for name in way:
            part = part[int(name) if isinstance(part, list) else name]
        if isinstance(part, list):
            _apply_to_list(part, int(last), change)
        elif change.action == "removed":
            del part[last]
        else:
            part[last] = change.after
    return whole[""]


def _apply_to_list(part: list[Any], index: int, change: Change) -> None:
    if change.action == "added":
        assert index == len(part), "what is added to a list comes at its end, in order"
        part.append(change.after)
    elif change.action == "removed":
        part[index] = GONE
        while part and part[-1] is GONE:
            part.pop()
    else:
        part[index] = change.after


GONE = object()


@given(documents, documents)
def test_changes_lead_from_one_to_the_other(before: Any, after: Any) -> None:
    changes = get_changes(before=before, after=after)
    assert same(apply(before, changes), after)
    assert bool(changes) != same(before, after)


@given(documents, documents)
def test_changes_are_the_same_both_ways(before: Any, after: Any) -> None:
    there, back = get_changes(before=before, after=after), get_changes(before=after, after=before)
    assert [(one.path, one.before, one.after) for one in there] == [(one.path, one.after, one.before) for one in back]


def test_changes_by_path() -> None:
    before = {"name": "a", "origins": ["x", "y"], "greeting": {"en": "hi"}, "on": True}
    after = {"name": "a", "origins": ["z"], "greeting": {"en": "hi", "a/b": "~"}, "on": 1}
    assert get_changes(before=before, after=after) == [
        Change("/greeting/a~1b", "added", None, "~"),
        Change("/on", "changed", True, 1),
        Change("/origins/0", "changed", "x", "z"),
        Change("/origins/1", "removed", "y", None),
    ]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reply: str | None = None


class Flow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hours: str | None = None
    steps: list[Step] = []


FLOW = Kind(name="flow", titles={"en": "Flow"}, body=Flow, references={"hours": "calendar", "steps.*.reply": "reply"})


def test_references_are_found_wherever_they_are() -> None:
    body = check_body(kind=FLOW, body={"hours": "office", "steps": [{"reply": "a"}, {}, {"reply": "b"}]})
    assert get_references(kind=FLOW, body=body) == [
        Reference("hours", "calendar", "office"),
        Reference("steps.0.reply", "reply", "a"),
        Reference("steps.2.reply", "reply", "b"),
    ]
    assert get_references(kind=FLOW, body={"steps": "odd", "hours": None}) == []


def test_text_that_cannot_be_kept() -> None:
    with pytest.raises(Invalid):
        check_body(kind=FLOW, body={"hours": "a\x00"})


def test_a_kind_must_know_its_fields() -> None:
    class Loose(msgspec.Struct):
        name: str

    with pytest.raises(ValueError, match="unknown fields"):
        register_kind(kind=Kind(name="loose", titles={}, body=Loose))
