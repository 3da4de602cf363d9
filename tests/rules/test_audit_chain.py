"""The chain of the audit: whatever is altered, removed, cut off or added is found, and said which."""

import copy
import hmac
import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.audit.events import PERSONAL
from conversations.audit.rules import (
    Anchor,
    Entry,
    Link,
    append,
    find_origins,
    is_erased,
    read_numbers,
    sign_end,
    verify,
    write_numbers,
)

ACME, OTHER = uuid4(), uuid4()
KEY: Final = b"k" * 32
Bodies = list[tuple[int, dict[str, Any]]]


def sign(text: str, key: bytes = KEY) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def is_signed(tenant: UUID, signature: str, text: str) -> bool:
    return signature == sign(text)


def entry(n: int, **changes: Any) -> Entry:
    said: dict[str, Any] = {
        "at": datetime(2026, 1, 1, 12, n % 60, tzinfo=UTC),
        "who": "member",
        "who_id": UUID(int=n),
        "label": "Ada",
        "action": "key.made",
        "target": "key",
        "target_id": str(n),
        "target_label": "Robot 云",
        "before": None,
        "after": {"scopes": ["b", "a"], "n": n, "half": 0.5},
        "address": "203.0.113.9",
        "agent": "curl",
    }
    return Entry(**{**said, **changes})


def chain(count: int, *, tenant: UUID = ACME, key: bytes = KEY) -> tuple[Bodies, Anchor]:
    """Write entries as they are stored and read again: through JSON, with the keys in another order."""
    end, bodies = Link(), []
    for n in range(1, count + 1):
        fact = append(entry=entry(n), to=end, tenant=tenant, salt=f"salt-{n}", sign=lambda text: sign(text, key))
        stored = json.loads(msgspec.json.encode(fact))
        bodies.append((n, dict(sorted(stored.items(), reverse=True))))
        end = Link(fact.n, fact.digest)
    return bodies, Anchor(end, sign_end(end=end, sign=sign))


def found(bodies: Bodies, anchor: Anchor | None) -> list[tuple[int, str]]:
    erasings = [one for one in bodies if one[1].get("action") == "audit.erased"]
    findings = verify(entries=bodies, anchor=anchor, tenant=ACME, is_signed=is_signed, erasings=erasings)
    return [(finding.n, finding.problem) for finding in findings]


@given(st.integers(0, 20))
def test_an_untouched_chain_is_intact(count: int) -> None:
    bodies, anchor = chain(count)
    assert found(bodies, anchor if count else None) == []


FIELDS: Final = sorted(set(chain(1)[0][0][1]) - {"salt"})


@pytest.mark.parametrize("field", FIELDS)
def test_no_field_can_be_altered(field: str) -> None:
    bodies, anchor = chain(5)
    body = bodies[2][1]
    body[field] = (
        {"other": 1} if field in {"before", "after"} else OTHER.hex if field == "tenant" else f"{body[field]}x"
    )
    assert {n for n, _ in found(bodies, anchor)} <= {3, 4}
    assert 3 in {n for n, _ in found(bodies, anchor)}


@pytest.mark.parametrize("field", PERSONAL)
def test_no_personal_field_can_be_blanked_alone(field: str) -> None:
    bodies, anchor = chain(5)
    bodies[2][1][field] = None if field != "before" else {"invented": True}
    assert found(bodies, anchor) == [(3, "altered")]


def erasing(bodies: Bodies, numbers: str, *, key: bytes = KEY) -> tuple[Bodies, Anchor]:
    """Append the entry that says which ones were erased."""
    end, said = Link(len(bodies), bodies[-1][1]["digest"]), {"action": "audit.erased", "target": "audit"}
    now = entry(end.n + 1, **said, target_id=numbers)
    fact = append(entry=now, to=end, tenant=ACME, salt="s", sign=lambda text: sign(text, key))
    return [*bodies, (fact.n, json.loads(msgspec.json.encode(fact)))], Anchor(
        Link(fact.n, fact.digest), sign_end(end=Link(fact.n, fact.digest), sign=sign)
    )


def blank(bodies: Bodies, n: int) -> None:
    bodies[n - 1][1].update(dict.fromkeys(PERSONAL))


def test_who_blanks_without_saying_so_is_found() -> None:
    bodies, anchor = chain(5)
    blank(bodies, 3)
    assert found(bodies, anchor) == [(3, "altered")]
    forged, anchor = erasing(bodies, "3", key=b"x" * 32)
    assert found(forged, anchor) == [(3, "altered"), (6, "unsigned")]
    other, anchor = erasing(bodies, "2,4-5")
    assert found(other, anchor) == [(3, "altered")]
    changed, anchor = erasing(bodies, "2")
    changed[-1][1]["target_id"] = "3"
    assert found(changed, anchor) == [(3, "altered"), (6, "altered")]


@pytest.mark.parametrize("text", ["", "x", "6-9", "1-", "-", "99999999999999999999", "9-1", "3-x"])
def test_nonsense_erases_nothing(text: str) -> None:
    bodies, _ = chain(5)
    bodies, anchor = erasing(bodies, text)
    blank(bodies, 6)
    assert found(bodies, anchor) == [(6, "altered")], "nor does an entry name itself"


@given(st.sets(st.integers(1, 60)))
def test_numbers_are_read_as_they_were_written(numbers: set[int]) -> None:
    text = write_numbers(numbers=numbers)
    assert {n for run in read_numbers(text=text) for n in run} == numbers


def test_an_erasing_entry_can_be_erased_itself() -> None:
    bodies, _ = erasing(chain(3)[0], "2")
    bodies, anchor = erasing(bodies, "4")
    for n in (2, 4):
        blank(bodies, n)
    assert found(bodies, anchor) == []


def test_erasure_keeps_the_chain() -> None:
    bodies, anchor = erasing(chain(5)[0], "1-3")
    blank(bodies, 3)
    assert is_erased(body=bodies[2][1])
    assert found(bodies, anchor) == []
    assert "Ada" not in str(bodies[2])
    bodies[2][1]["action"] = "key.revoked"
    assert found(bodies, anchor) == [(3, "altered")], "what is not personal still cannot be changed"


def test_what_is_erased_cannot_be_guessed() -> None:
    """The same content twice has two commitments: who suspects an address cannot try it out."""
    one, two = (append(entry=entry(1), to=Link(), tenant=ACME, salt=salt, sign=sign) for salt in "ab")
    assert one.commitment != two.commitment


@given(st.integers(2, 8), st.data())
def test_removed_cut_off_or_swapped(count: int, data: Any) -> None:
    bodies, anchor = chain(count)
    at = data.draw(st.integers(1, count))
    without = [one for one in bodies if one[0] != at]
    assert found(without, anchor) == [(at, "cut_off" if at == count else "removed")]
    assert found(bodies[: at - 1], anchor) == [(n, "cut_off") for n in range(at, count + 1)]


def test_numbers_closed_up_after_removing() -> None:
    bodies, anchor = chain(4)
    closed = [(n, body) for n, (_, body) in enumerate([bodies[0], *bodies[2:]], start=1)]
    assert (2, "altered") in found(closed, anchor)
    assert (4, "cut_off") in found(closed, anchor)


def rewrite(bodies: Bodies, at: int, key: bytes, **changes: Any) -> Bodies:
    """Do it well: everything from `at` on is made anew, by somebody who knows the rules but not the key."""
    kept = copy.deepcopy(bodies[: at - 1])
    end = Link(at - 1, kept[-1][1]["digest"]) if kept else Link()
    for n in range(at, len(bodies) + 1):
        said = changes if n == at else {}
        fact = append(entry=entry(n, **said), to=end, tenant=ACME, salt=f"s{n}", sign=lambda text: sign(text, key))
        kept.append((n, json.loads(msgspec.json.encode(fact))))
        end = Link(fact.n, fact.digest)
    return kept


def test_a_perfect_forgery_lacks_the_key() -> None:
    bodies, anchor = chain(4)
    forged = rewrite(bodies, 3, b"x" * 32, action="key.revoked")
    assert found(forged, anchor) == [(3, "unsigned"), (4, "unsigned"), (4, "altered")]
    end = Link(4, forged[-1][1]["digest"])
    moved = Anchor(end, sign_end(end=end, sign=lambda text: sign(text, b"x" * 32)))
    assert (4, "anchor") in found(forged, moved)


def test_added_past_the_anchor() -> None:
    bodies, _ = chain(4)
    _, anchor = chain(3)
    assert found(bodies, anchor) == [(4, "added")]


def test_the_last_replaced_by_one_that_is_signed() -> None:
    """Even with the key: the anchor knows which one it was."""
    bodies, anchor = chain(3)
    assert found(rewrite(bodies, 3, KEY, action="other"), anchor) == [(3, "altered")]


def test_no_anchor_or_a_forged_one() -> None:
    bodies, anchor = chain(3)
    assert found(bodies, None) == [(3, "anchor")]
    assert found(bodies, Anchor(anchor.end, "0")) == [(3, "anchor")]
    assert found(bodies[:2], Anchor(Link(2, bodies[1][1]["digest"]), anchor.signature)) == [(2, "anchor")]


def test_another_companys_entries() -> None:
    bodies, anchor = chain(2, tenant=OTHER)
    assert found(bodies, anchor) == [(1, "foreign"), (2, "foreign")]


@pytest.mark.parametrize("body", [{}, {"digest": None}, {"n": "1"}, {"previous": 7, "tenant": []}])
def test_nonsense_is_found_and_breaks_nothing(body: dict[str, Any]) -> None:
    _, anchor = chain(1)
    assert (1, "altered") in found([(1, body)], anchor)


def restored(bodies: Bodies, *, source: UUID, tenant: UUID, key: bytes = KEY) -> tuple[Bodies, Anchor]:
    """Answer a chain that goes on in another company after the entry that says from where it came."""
    end, kept = Link(len(bodies), bodies[-1][1]["digest"]), list(bodies)
    for said in ({"action": "tenant.restored", "target": "tenant", "target_id": str(source)}, {}):
        now = entry(end.n + 1, **said)
        fact = append(entry=now, to=end, tenant=tenant, salt="s", sign=lambda text: sign(f"{tenant}{text}", key))
        kept.append((fact.n, json.loads(msgspec.json.encode(fact))))
        end = Link(fact.n, fact.digest)
    return kept, Anchor(end, sign_end(end=end, sign=lambda text: sign(f"{tenant}{text}", key)))


def is_signed_for(tenant: UUID, signature: str, text: str) -> bool:
    """Tell whether it was signed for this very company; the first one's chain was signed without its name."""
    return signature in {sign(f"{tenant}{text}"), sign(text) if tenant == ACME else ""}


def judged(bodies: Bodies, anchor: Anchor, tenant: UUID) -> list[tuple[int, str]]:
    restorings = [(n, body) for n, body in reversed(bodies) if body["action"] == "tenant.restored"]
    origins = find_origins(restorings=restorings, tenant=tenant, is_signed=is_signed_for)
    findings = verify(entries=bodies, anchor=anchor, tenant=tenant, is_signed=is_signed_for, origins=origins)
    return [(finding.n, finding.problem) for finding in findings]


def test_a_restored_chain_is_intact_and_so_is_one_restored_twice() -> None:
    third = uuid4()
    once, anchor = restored(chain(3)[0], source=ACME, tenant=OTHER)
    assert judged(once, anchor, OTHER) == []
    twice, anchor = restored(once, source=OTHER, tenant=third)
    assert judged(twice, anchor, third) == []
    twice[1][1]["action"] = "x"
    assert judged(twice, anchor, third) == [(2, "altered")]


def test_who_cannot_sign_takes_nobodys_chain() -> None:
    forged, anchor = restored(chain(2)[0], source=ACME, tenant=OTHER, key=b"x" * 32)
    assert judged(forged, anchor, OTHER) == [
        (1, "foreign"),
        (2, "foreign"),
        (3, "unsigned"),
        (4, "unsigned"),
        (4, "anchor"),
    ]
    honest, anchor = restored(chain(2)[0], source=uuid4(), tenant=OTHER)
    assert judged(honest, anchor, OTHER) == [(1, "foreign"), (2, "foreign")]


def test_an_anchor_that_stayed_behind_tells_what_was_cut_off() -> None:
    bodies, anchor = chain(3)
    shorter, _ = restored(bodies[:2], source=ACME, tenant=OTHER)
    assert (3, "altered") in judged(shorter, anchor, OTHER)
