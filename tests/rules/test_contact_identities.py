"""Identities of contacts: what one may be, and what follows from adding, verifying, preferring and removing."""

from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.contacts.events import IdentityAdded, IdentityPreferred, IdentityRemoved, IdentityVerified
from conversations.contacts.identities import rules
from conversations.contacts.identities.rules import Identity
from tenants.refusals import Invalid, NotFound

LEI: Final = UUID(int=100)


def identity(number: int, kind: str = "email", value: str | None = None, **more: bool) -> Identity:
    return Identity(id=UUID(int=number), contact=LEI, kind=kind, value=value or f"{number}@shop.example", **more)


FIRST: Final = identity(1, primary=True)
SECOND: Final = identity(2)
THIRD: Final = identity(3, verified=True)
TOLD: Final = identity(9, "external_id", "c-1", verified=True, primary=True, told=True)


@pytest.mark.parametrize(
    ("kind", "value", "normal"),
    [
        ("email", " Lei.Wang@Shop.EXAMPLE ", "lei.wang@shop.example"),
        ("email", "王磊@例子.中国", "王磊@例子.中国"),
        ("phone", "+86 138-0013-8000", "+8613800138000"),
        ("phone", "+８６１３８００１３８０００", "+8613800138000"),
        ("phone", "+1 (650) 253-0000", "+16502530000"),
        ("wechat", " Lei_W ", "Lei_W"),
        ("external_id", "C-1", "C-1"),
    ],
)
def test_how_it_is_kept(kind: str, value: str, normal: str) -> None:
    assert rules.normalize(kind=kind, value=value) == normal
    assert rules.normalize(kind=kind, value=normal) == normal, "and that is kept as it is"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "lei"),
        ("email", "lei@@shop.example"),
        ("email", "lei wang@shop.example"),
        ("phone", "138 0013 8000"),
        ("phone", "+86 1"),
        ("phone", "+999 12345678"),
        ("phone", "call me"),
        ("wechat", " "),
        ("x", "x" * 256),
    ],
)
def test_what_is_none(kind: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        rules.normalize(kind=kind, value=value)
    assert [(error["field"], error["code"]) for error in caught.value.errors] == [("value", "invalid")]


def test_the_first_of_a_kind_is_primary() -> None:
    one, other = (
        IdentityAdded(
            contact=LEI, identity=SECOND.id, type="email", value=SECOND.value, verified=False, primary=primary
        )
        for primary in (True, False)
    )
    assert rules.add(state=[TOLD], new=SECOND) == [one]
    assert rules.add(state=[FIRST], new=SECOND) == [other]
    assert rules.add(state=[FIRST], new=SECOND, prefer=True) == [one]


def test_what_is_there_becomes_verified_or_primary() -> None:
    same = identity(7, value=SECOND.value, verified=True)
    verified = IdentityVerified(contact=LEI, identity=SECOND.id, type="email")
    preferred = IdentityPreferred(contact=LEI, identity=SECOND.id, type="email")
    assert rules.add(state=[FIRST, SECOND], new=same) == [verified]
    assert rules.add(state=[FIRST, SECOND], new=same, prefer=True) == [verified, preferred]
    assert rules.add(state=[FIRST, SECOND], new=identity(7, value=SECOND.value)) == []


def test_verifying_and_preferring_twice_is_once() -> None:
    state = [FIRST, SECOND]
    for command in (rules.verify, rules.prefer):
        facts = command(state=state, identity=SECOND.id)
        assert len(facts) == 1
        assert command(state=rules.apply(state=state, facts=facts), identity=SECOND.id) == []


def test_after_the_primary_one_the_oldest_verified_one_follows() -> None:
    gone = IdentityRemoved(contact=LEI, identity=FIRST.id, type="email")
    assert rules.remove(state=[FIRST, SECOND, THIRD], identity=FIRST.id) == [
        gone,
        IdentityPreferred(contact=LEI, identity=THIRD.id, type="email"),
    ]
    assert rules.remove(state=[FIRST, SECOND], identity=FIRST.id)[1:] == [
        IdentityPreferred(contact=LEI, identity=SECOND.id, type="email")
    ]
    assert rules.remove(state=[FIRST, TOLD], identity=FIRST.id) == [gone]
    assert len(rules.remove(state=[FIRST, SECOND], identity=SECOND.id)) == 1


@pytest.mark.parametrize("command", [rules.verify, rules.prefer, rules.remove])
def test_what_cannot_be_changed(command: object) -> None:
    assert callable(command)
    with pytest.raises(rules.IdentityTold):
        command(state=[TOLD], identity=TOLD.id)
    with pytest.raises(NotFound):
        command(state=[TOLD], identity=FIRST.id)


def test_what_the_site_says_comes_first() -> None:
    new = identity(8, "external_id", "crm-8")
    (added,) = rules.add(state=[TOLD], new=new, prefer=True)
    assert isinstance(added, IdentityAdded)
    assert not added.primary
    with pytest.raises(rules.IdentityTold):
        rules.prefer(state=[TOLD, new], identity=new.id)
    assert rules.add(state=[TOLD], new=identity(8, "external_id", "c-1", verified=True), prefer=True) == []


def test_there_is_an_end() -> None:
    many = [identity(number, primary=number == 1) for number in range(1, rules.MOST + 1)]
    with pytest.raises(rules.TooManyIdentities):
        rules.add(state=many, new=identity(99))
    assert rules.add(state=many, new=identity(99, value=many[4].value)) == []


STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["add", "prefer", "verify", "remove"]),
        st.sampled_from(["email", "phone"]),
        st.integers(1, 4),
        st.booleans(),
    ),
    max_size=25,
)


@given(STEPS)
def test_of_each_kind_exactly_one_is_primary(steps: list[tuple[str, str, int, bool]]) -> None:
    state: list[Identity] = []
    for step, (what, kind, number, flag) in enumerate(steps):
        value = f"{number}"
        known = next((one.id for one in state if (one.kind, one.value) == (kind, value)), None)
        if what == "add":
            new = Identity(id=UUID(int=step), contact=LEI, kind=kind, value=value, verified=flag)
            state = rules.apply(state=state, facts=rules.add(state=state, new=new, prefer=flag))
        elif known is not None:
            state = rules.apply(state=state, facts=getattr(rules, what)(state=state, identity=known))
        for each in ("email", "phone"):
            same = [one for one in state if one.kind == each]
            assert sum(one.primary for one in same) == (1 if same else 0)
            assert len({one.value for one in same}) == len(same)
