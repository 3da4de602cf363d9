"""Who is shown as whom, and which contacts may be the same. Pure.

A group is a tree: `united_with` is whom somebody was merged into, `shown_as` its root. So a merge is taken back
exactly: who had been merged into the one who leaves, leaves with them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from conversations.contacts.events import ContactParted, ContactUnited, DuplicateDismissed
from conversations.contacts.identities.rules import Identity
from conversations.engine.events import Fact
from tenants.refusals import Invalid, Refusal

MOST: Final = 50
BOTH: Final = 2  # on both sides somebody made sure of it


class AlreadyMerged(Refusal):
    """This contact was merged into another one already; undo that first, or merge that one."""

    code = "already_merged"
    status = 409


class NotMerged(Refusal):
    """This contact was not merged into another one by hand."""

    code = "not_merged"
    status = 409


class OneIsBlocked(Refusal):
    """One of the two is blocked and the other is not; block or unblock one of them first."""

    code = "one_is_blocked"
    status = 409


class TooManyMerged(Refusal):
    """At most 50 contacts are merged into one."""

    code = "too_many_merged"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A contact as merging sees them. `others` are those of whom somebody said that they are not the same."""

    id: UUID
    name: str = ""
    external_id: str | None = None
    blocked: bool = False
    united_with: UUID | None = None
    shown_as: UUID | None = None
    others: frozenset[UUID] = field(default_factory=frozenset)


Group = Mapping[UUID, Person]


def apply(*, group: Group, fact: Fact) -> dict[UUID, Person]:
    """Answer everybody after the fact."""
    after = dict(group)
    match fact:
        case ContactUnited(contact=root, was=was, into=into, members=members):
            after |= {one: replace(after[one], shown_as=root) for one in members}
            after[was] = replace(after[was], united_with=into)
        case ContactParted(contact=contact, members=members):
            after |= {one: replace(after[one], shown_as=None if one == contact else contact) for one in members}
            after[contact] = replace(after[contact], united_with=None)
        case DuplicateDismissed(contact=one, other=other):
            for here, there in ((one, other), (other, one)):
                after[here] = replace(after[here], others=after[here].others | {there})
    return after


def unite(*, group: Group, contact: UUID, into: UUID) -> list[ContactUnited]:
    """Show a contact, and whoever was merged into them, as another one; again changes nothing."""
    if contact == into:
        raise Invalid(errors=[{"field": "into", "code": "invalid", "detail": "Nobody is merged into themselves."}])
    was, root = group[contact], group[into]
    if was.united_with == into:
        return []
    if was.united_with is not None or root.united_with is not None:
        raise AlreadyMerged
    if was.blocked != root.blocked:
        raise OneIsBlocked
    moved = _below(group, contact)
    if len(moved) + len(_below(group, into)) > MOST:
        raise TooManyMerged
    return [_united(root, was, into, moved)]


def part(*, group: Group, contact: UUID) -> list[ContactParted]:
    """Take a merge back: everybody who came with the contact goes with them."""
    one = group[contact]
    if one.united_with is None or one.shown_as is None:
        raise NotMerged
    return [
        ContactParted(
            contact=contact,
            root=one.shown_as,
            members=tuple(_below(group, contact)),
            name=one.name,
            external_id=one.external_id,
        )
    ]


def join(*, group: Group, contact: UUID, into: UUID) -> list[ContactParted | ContactUnited]:
    """Answer what follows when a contact turns out to be `into` for certain, and has nothing of their own any more.

    They leave the group that they were in; whoever was merged into them is now merged into that one.
    """
    facts: list[ContactParted | ContactUnited] = []
    for each in [contact, *([into] if into in _below(group, contact) else [])]:
        if group[each].united_with is not None:
            (parted,) = part(group=group, contact=each)
            group = apply(group=group, fact=parted)
            facts.append(parted)
    root = group[group[into].shown_as or into]
    facts += [_united(root, one, into, _below(group, one.id)) for one in group.values() if one.united_with == contact]
    if root.id != into:  # their conversations are told to be `into`'s: say again who that is shown as
        facts.append(_united(root, group[into], group[into].united_with or root.id, [into]))
    return facts


def dismiss(*, group: Group, contact: UUID, other: UUID) -> list[DuplicateDismissed]:
    """Say that two contacts are not the same; again changes nothing."""
    if other in group[contact].others and contact in group[other].others:
        return []
    return [DuplicateDismissed(contact=contact, other=other)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """By what two may be the same; `verified`: on how many of both sides somebody made sure of it, 0 to 2."""

    kind: str
    value: str
    verified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Who may be the same, and why."""

    contact: UUID
    matches: tuple[Match, ...]

    @property
    def weight(self) -> int:
        """Tell how likely it is: what is verified on both sides counts five times what nobody has made sure of."""
        return sum(1 + 2 * match.verified for match in self.matches)


def find_duplicates(*, own: Iterable[Identity], theirs: Mapping[UUID, Iterable[Identity]]) -> list[Duplicate]:
    """Answer who has an identity of these, too, the likeliest first."""
    mine = _strongest(own)
    found = []
    for contact, identities in theirs.items():
        yours = _strongest(identities)
        matches = tuple(
            Match(kind=kind, value=value, verified=mine[kind, value] + yours[kind, value])
            for kind, value in sorted(mine.keys() & yours.keys())
        )
        if matches:
            found.append(Duplicate(contact=contact, matches=matches))
    return sorted(found, key=lambda one: (-one.weight, one.contact))


def _strongest(identities: Iterable[Identity]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one in identities:
        key = (one.kind, one.value)
        found[key] = max(found.get(key, 0), int(one.verified))
    return found


def _united(root: Person, was: Person, into: UUID, members: Sequence[UUID]) -> ContactUnited:
    return ContactUnited(
        contact=root.id,
        was=was.id,
        into=into,
        members=tuple(members),
        name=root.name,
        external_id=root.external_id,
    )


def _below(group: Group, contact: UUID) -> list[UUID]:
    """Answer a contact and everybody who was merged into them, or into one of those."""
    found = [contact]
    for above in found:
        found += [one.id for one in group.values() if one.united_with == above and one.id not in found]
    return found
