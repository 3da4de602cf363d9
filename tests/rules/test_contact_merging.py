"""Merging contacts: who is shown as whom, exactly as before once it is taken back; who may be the same."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.contacts.events import ContactParted, ContactUnited, DuplicateDismissed
from conversations.contacts.identities.rules import Identity
from conversations.contacts.merging import rules
from conversations.contacts.merging.rules import Person
from tenants.refusals import Invalid, Refusal

A, B, C, D = (UUID(int=number) for number in range(1, 5))
NAMES: Final = {A: "Ann", B: "Ben", C: "Cem", D: "Dan"}
Group = dict[UUID, Person]


def people(*ids: UUID) -> Group:
    return {one: Person(id=one, name=NAMES[one]) for one in ids}


def after(group: rules.Group, facts: Sequence[Any]) -> Group:
    for fact in facts:
        group = rules.apply(group=group, fact=fact)
    return dict(group)


def unite(group: rules.Group, contact: UUID, into: UUID) -> Group:
    return after(group, rules.unite(group=group, contact=contact, into=into))


def part(group: rules.Group, contact: UUID) -> Group:
    return after(group, rules.part(group=group, contact=contact))


def test_a_contact_is_shown_as_another() -> None:
    said = ContactUnited(contact=B, was=A, into=B, members=(A,), name="Ben", external_id=None)
    assert rules.unite(group=people(A, B), contact=A, into=B) == [said]
    group = unite(people(A, B), A, B)
    assert (group[A].united_with, group[A].shown_as) == (B, B)
    assert group[B] == people(B)[B]
    assert rules.unite(group=group, contact=A, into=B) == [], "again, it is so already"


def test_whoever_was_merged_comes_along_and_goes_along() -> None:
    before = unite(people(A, B, C), A, B)
    (said,) = rules.unite(group=before, contact=B, into=C)
    assert (said.contact, said.members) == (C, (B, A))
    group = unite(before, B, C)
    assert [group[one].shown_as for one in (A, B, C)] == [C, C, None]
    assert rules.part(group=group, contact=B) == [
        ContactParted(contact=B, root=C, members=(B, A), name="Ben", external_id=None)
    ]
    assert part(group, B) == before
    assert part(part(group, A), B) == people(A, B, C)


@pytest.mark.parametrize(
    ("contact", "into", "why"), [(A, A, Invalid), (A, C, rules.AlreadyMerged), (C, A, rules.AlreadyMerged)]
)
def test_what_is_refused(contact: UUID, into: UUID, why: type[Refusal]) -> None:
    with pytest.raises(why):
        rules.unite(group=unite(people(A, B, C), A, B), contact=contact, into=into)


def test_who_is_blocked_is_merged_with_who_is_blocked() -> None:
    group = people(A, B)
    group[A] = Person(id=A, blocked=True)
    with pytest.raises(rules.OneIsBlocked):
        rules.unite(group=group, contact=A, into=B)
    group[B] = Person(id=B, blocked=True)
    assert len(rules.unite(group=group, contact=A, into=B)) == 1


def test_only_who_was_merged_leaves() -> None:
    with pytest.raises(rules.NotMerged):
        rules.part(group=unite(people(A, B), A, B), contact=B)


def test_there_is_an_end() -> None:
    group = {UUID(int=number): Person(id=UUID(int=number)) for number in range(rules.MOST + 2)}
    for number in range(1, rules.MOST):
        group = unite(group, UUID(int=number), UUID(int=0))
    with pytest.raises(rules.TooManyMerged):
        rules.unite(group=group, contact=UUID(int=rules.MOST), into=UUID(int=0))


def test_who_turns_out_to_be_somebody_leaves_what_was_said_by_hand() -> None:
    group = unite(unite(people(A, B, C, D), C, A), A, B)
    facts = rules.join(group=group, contact=A, into=D)
    group = after(group, facts)
    assert (group[A].united_with, group[A].shown_as) == (None, None)
    assert (group[C].united_with, group[C].shown_as) == (D, D), "who was merged into them follows"
    assert group[B] == people(B)[B]


def test_who_turns_out_to_be_one_of_their_own() -> None:
    group = unite(unite(people(A, B, C), C, B), B, A)
    group = after(group, rules.join(group=group, contact=A, into=C))
    assert (group[C].united_with, group[C].shown_as) == (None, None)
    assert (group[B].united_with, group[B].shown_as) == (C, C)


def test_who_somebody_is_shown_as_is_said_again() -> None:
    group = unite(people(A, B, C), B, C)
    (said,) = rules.join(group=group, contact=A, into=B)
    assert isinstance(said, ContactUnited)
    assert (said.contact, said.members) == (C, (B,))
    assert after(group, [said]) == group
    assert rules.join(group=people(A, B), contact=A, into=B) == []


MOVES: Final = st.lists(
    st.tuples(st.sampled_from(["unite", "part", "join"]), st.sampled_from([A, B, C, D]), st.sampled_from([A, B, C, D])),
    max_size=12,
)


@given(MOVES)
def test_everybody_is_shown_as_the_root_of_their_tree(moves: list[tuple[str, UUID, UUID]]) -> None:
    group, gone = people(A, B, C, D), set[UUID]()
    for what, contact, into in moves:
        if contact in gone or into in gone or (what == "join" and contact == into):
            continue
        try:
            if what == "join":
                group = after(group, rules.join(group=group, contact=contact, into=into))
                gone.add(contact)
            else:
                before = group
                group = unite(group, contact, into) if what == "unite" else part(group, contact)
                if what == "unite" and group != before:
                    assert part(group, contact) == before, "taking it back gives back exactly what was"
        except Refusal:
            continue
        for one in group.values():
            root, steps = one, 0
            while root.united_with is not None:
                root, steps = group[root.united_with], steps + 1
                assert steps < len(group), "nobody is merged into themselves"
            assert one.shown_as == (None if root.id == one.id else root.id)
        assert all(group[one].shown_as is None for one in gone)


def test_two_are_not_the_same() -> None:
    (said,) = rules.dismiss(group=people(A, B), contact=A, other=B)
    assert said == DuplicateDismissed(contact=A, other=B)
    group = after(people(A, B), [said])
    assert (set(group[A].others), set(group[B].others)) == ({B}, {A})
    assert rules.dismiss(group=group, contact=B, other=A) == []


def identity(contact: UUID, kind: str, value: str, *, verified: bool = False) -> Identity:
    return Identity(id=UUID(int=9), contact=contact, kind=kind, value=value, verified=verified)


def test_what_is_verified_counts_more() -> None:
    own = [identity(A, "email", "a@x.example", verified=True), identity(A, "phone", "+1"), identity(A, "x", "a")]
    theirs = {
        B: [identity(B, "phone", "+1"), identity(B, "x", "b")],
        C: [identity(C, "email", "a@x.example", verified=True)],
        D: [identity(D, "email", "a@x.example"), identity(D, "line", "a")],
    }
    found = rules.find_duplicates(own=own, theirs=theirs)
    assert [(one.contact, one.matches[0].verified, one.weight) for one in found] == [(C, 2, 5), (D, 1, 3), (B, 0, 1)]
    assert rules.find_duplicates(own=own, theirs={B: [identity(B, "wechat", "a")]}) == []
