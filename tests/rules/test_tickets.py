"""The rules of tickets: where they go, what is above them, what becomes of them in a merge. No database."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from conversations.tickets.events import TicketAbsorbed, TicketLinked, TicketMerged, TicketMoved
from conversations.tickets.kind.body import BUILT_IN, Status, TicketType
from conversations.tickets.numbering import company_prefix
from conversations.tickets.rules import belonging, changing
from conversations.tickets.rules.asking import TicketIsClosed, TicketIsMerged
from conversations.tickets.rules.changing import ChildrenAreOpen, Family, ParentIsClosed, Wanted
from conversations.tickets.rules.ticket import Ticket, apply
from tenants.refusals import Invalid, Refusal

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
A, B, C = (UUID(int=2 * n) for n in (1, 2, 3))


def ticket(id_: UUID = A, **said: object) -> Ticket:
    bare = Ticket(
        id=id_,
        prefix="ACME",
        number=1,
        type="general",
        title="T",
        text="",
        status="open",
        category="open",
        opened_at=NOON,
        changed_at=NOON,
    )
    return replace(bare, **said)


CLOSED = ticket(B, status="closed", category="closed", settled_at=NOON)


def move(
    state: Ticket,
    to: str,
    body: TicketType = BUILT_IN,
    family: Family = Family(),  # noqa: B008 - it is frozen
) -> list[object]:
    return list(changing.change(ticket=state, body=body, wanted=Wanted(status=to), family=family))


def test_it_moves_and_says_from_where() -> None:
    facts = move(ticket(), "solved")
    assert facts == [TicketMoved(ticket=A, status="solved", category="solved", was="open")]
    assert move(ticket(), "open") == []


@pytest.mark.parametrize(
    ("state", "family", "to", "refusal"),
    [
        (ticket(), Family(children_settled=False), "solved", ChildrenAreOpen),
        (ticket(), Family(children_settled=False), "closed", ChildrenAreOpen),
        (ticket(status="solved", category="solved", settled_at=NOON), Family(parent=CLOSED), "open", ParentIsClosed),
        (ticket(), Family(), "nowhere", Invalid),
        (CLOSED, Family(), "open", TicketIsClosed),
        (ticket(merged_into=B), Family(), "solved", TicketIsMerged),
    ],
)
def test_what_is_refused(state: Ticket, family: Family, to: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        move(state, to, family=family)


def test_a_type_may_allow_to_settle_first() -> None:
    body = replace(BUILT_IN, settles_before_children=True)
    assert move(ticket(), "closed", body, Family(children_settled=False))


def test_it_is_settled_since_it_was_first() -> None:
    later = datetime(2026, 1, 2, tzinfo=UTC)
    solved = apply(ticket=ticket(), fact=TicketMoved(ticket=A, status="solved", category="solved", was="open"), at=NOON)
    closed = apply(
        ticket=solved, fact=TicketMoved(ticket=A, status="closed", category="closed", was="solved"), at=later
    )
    assert (closed.settled_at, closed.changed_at) == (NOON, later)
    again = apply(ticket=closed, fact=TicketMoved(ticket=A, status="open", category="open", was="closed"), at=later)
    assert again.settled_at is None


def test_both_sides_of_a_link() -> None:
    assert belonging.link(ticket=ticket(A), other=ticket(B), how="duplicates") == [
        TicketLinked(ticket=A, other=B, how="duplicates"),
        TicketLinked(ticket=B, other=A, how="duplicated_by"),
    ]
    for how, back in belonging.FROM_THE_OTHER_SIDE.items():
        assert belonging.FROM_THE_OTHER_SIDE[back] == how


def test_a_merge_takes_along_what_the_other_has_not() -> None:
    facts = belonging.merge(
        ticket=ticket(A, conversations=(B, C), watchers=(B,)),
        into=ticket(C, conversations=(C,)),
        body=BUILT_IN,
        children_settled=True,
    )
    assert facts == [
        TicketMoved(ticket=A, status="closed", category="closed", was="open"),
        TicketMerged(ticket=A, into=C),
        TicketAbsorbed(ticket=C, was=A, conversations=(B,), watchers=(B,)),
    ]
    with pytest.raises(ChildrenAreOpen):
        belonging.merge(ticket=ticket(A), into=ticket(C), body=BUILT_IN, children_settled=False)
    with pytest.raises(TicketIsClosed):
        belonging.merge(ticket=ticket(A), into=CLOSED, body=BUILT_IN, children_settled=True)


def test_none_is_a_part_of_itself() -> None:
    changing.check_ancestors(ticket=A, above={B: C, C: None}, parent=B)
    for above, parent in (({A: None}, A), ({B: A, A: None}, B), ({B: C, C: A, A: None}, B)):
        with pytest.raises(Invalid):
            changing.check_ancestors(ticket=A, above=dict(above), parent=parent)


@pytest.mark.parametrize(
    ("slug", "prefix"),
    [("acme", "ACME"), ("a-b-c", "ABC"), ("7-eleven", "ELEVEN"), ("a-very-long-name", "AVERYLONGN"), ("42", "T")],
)
def test_the_companys_prefix(slug: str, prefix: str) -> None:
    assert company_prefix(slug=slug) == prefix


def test_where_tickets_begin_and_end() -> None:
    body = TicketType(
        name="T",
        statuses=(
            Status(key="a", name="A", category="open"),
            Status(key="b", name="B", category="solved"),
            Status(key="c", name="C", category="new"),
        ),
    )
    assert (body.beginning.key, body.closing.key) == ("c", "b")
