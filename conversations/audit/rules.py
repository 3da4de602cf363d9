"""The chain: how an entry is made of the one before it, and what is wrong with a chain. Pure: no I/O, no clock."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from conversations.audit.events import PERSONAL, AuditRecorded

ERASED: Final = ("audit.erased", "audit")  # action and target of an entry whose target_id names erased entries
FIRST: Final = ""  # what stands before the first entry
_OPEN: Final = ("n", "tenant", "at", "who", "who_id", "action", "target", "target_id", "commitment", "previous")

Problem = Literal["altered", "removed", "cut_off", "added", "unsigned", "unlinked", "anchor", "foreign"]
SENTENCES: Final[dict[Problem, str]] = {
    "altered": "its content is not what was recorded",
    "removed": "it is not there, though later ones are",
    "cut_off": "it is not there, nor is any after it",
    "added": "it was written past the anchor",
    "unsigned": "it was not written by this application, or under a key that has left the ring",
    "unlinked": "it does not follow on the entry before it",
    "anchor": "the anchor was not written by this application, or is missing",
    "foreign": "it was recorded for another company",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be recorded."""

    at: datetime
    who: str
    who_id: UUID | None
    label: str
    action: str
    target: str
    target_id: str
    target_label: str
    before: Any
    after: Any
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chain ends: how many entries it has, and the digest of the last."""

    n: int = 0
    digest: str = FIRST


@dataclass(frozen=True, slots=True)
class Anchor:
    """What is kept outside of the tenant's reach: where the chain ended, signed."""

    end: Link
    signature: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and with which entry."""

    n: int
    problem: Problem

    def __str__(self) -> str:
        """Say it in one line."""
        return f"entry {self.n}: {self.problem}: {SENTENCES[self.problem]}"


Sign = Callable[[str], str]
IsSigned = Callable[[UUID, str, str], bool]  # for whom, the signature, what was signed


@dataclass(frozen=True, slots=True)
class Origin:
    """That all entries before `n` were written for `tenant`: entry `n` says that they were restored."""

    n: int
    tenant: UUID


def append(*, entry: Entry, to: Link, tenant: UUID, salt: str, sign: Sign) -> AuditRecorded:
    """Answer the entry as it stands in the chain."""
    said: dict[str, Any] = {
        "label": entry.label,
        "target_label": entry.target_label,
        "before": entry.before,
        "after": entry.after,
        "address": entry.address,
        "agent": entry.agent,
        "salt": salt,
    }
    open_: dict[str, Any] = {
        "n": to.n + 1,
        "tenant": tenant,
        "at": entry.at,
        "who": entry.who,
        "who_id": entry.who_id,
        "action": entry.action,
        "target": entry.target,
        "target_id": entry.target_id,
        "commitment": _hash(said),
        "previous": to.digest,
    }
    digest = _hash(open_)
    return AuditRecorded(**open_, **said, digest=digest, signature=sign(digest))


def sign_end(*, end: Link, sign: Sign) -> str:
    """Answer the signature of an anchor."""
    return sign(_anchored(end))


def find_origins(
    *, restorings: Iterable[tuple[int, dict[str, Any]]], tenant: UUID, is_signed: IsSigned
) -> list[Origin]:
    """Answer for whom older entries of a restored chain were written: `restorings` are (seq, body), the newest first.

    Each must be signed for whom it was written for, so nobody takes another company's audit for theirs.
    """
    origins, owner = [], tenant
    for seq, body in restorings:
        if body.get("target") == "tenant" and not list(_judge(seq, body, owner, is_signed, may_be_blank=True)):
            owner = UUID(body["target_id"])
            origins.append(Origin(seq, owner))
    return origins


def verify(
    *,
    entries: Iterable[tuple[int, dict[str, Any]]],
    anchor: Anchor | None,
    tenant: UUID,
    is_signed: IsSigned,
    origins: Sequence[Origin] = (),
    erasings: Iterable[tuple[int, dict[str, Any]]] = (),
) -> Iterator[Finding]:
    """Answer everything that is wrong with a chain: `entries` are (seq, body as stored), in the order of seq.

    `erasings` are those of them that say which were erased: without one, blanked fields are altered ones.
    """
    end, anchored = Link(), None

    def owner(n: int) -> UUID:
        return next((origin.tenant for origin in reversed(origins) if n < origin.n), tenant)

    erased = _find_erased(erasings, owner, is_signed)
    for seq, body in entries:
        for missing in range(end.n + 1, seq):
            yield Finding(missing, "removed")
        if seq > end.n + 1:
            end = Link(seq - 1, "")
            linked = True  # what it followed on is gone: there is nothing to compare with
        else:
            linked = body.get("previous") == end.digest
        yield from _judge(seq, body, owner(seq), is_signed, may_be_blank=seq in erased)
        if not linked:
            yield Finding(seq, "unlinked")
        end = Link(seq, str(body.get("digest")))
        if anchor is not None and seq == anchor.end.n:
            anchored = end
    yield from _compare(end, anchored, anchor, anchor is not None and _holds(anchor, owner, is_signed))


def is_erased(*, body: dict[str, Any]) -> bool:
    """Tell whether the personal fields are blank, as after an erasure."""
    return all(body.get(name) is None for name in PERSONAL)


def write_numbers(*, numbers: Iterable[int]) -> str:
    """Answer the numbers of entries in one text, runs of them in short: "1-3,7"."""
    runs: list[list[int]] = []
    for n in sorted(set(numbers)):
        if runs and runs[-1][1] == n - 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def read_numbers(*, text: str) -> list[range]:
    """Answer the runs that `write_numbers` wrote; none if it is nonsense."""
    try:
        ends = [[int(end) for end in run.split("-")] for run in text.split(",")]
    except ValueError:
        return []
    return [range(run[0], run[-1] + 1) for run in ends]


def _find_erased(
    erasings: Iterable[tuple[int, dict[str, Any]]], owner: Callable[[int], UUID], is_signed: IsSigned
) -> set[int]:
    """Answer which entries were erased by what the application has signed, later than them.

    The numbers stand in the open part: an erasing entry counts when it is erased itself, too.
    """
    erased: set[int] = set()
    for seq, body in erasings:
        named = (body.get("action"), body.get("target")) == ERASED
        if named and not list(_judge(seq, body, owner(seq), is_signed, may_be_blank=True)):
            for run in read_numbers(text=str(body.get("target_id"))):
                erased.update(range(max(run.start, 1), min(run.stop, seq)))
    return erased


def _judge(
    seq: int, body: dict[str, Any], tenant: UUID, is_signed: IsSigned, *, may_be_blank: bool = False
) -> Iterator[Finding]:
    digest = str(body.get("digest"))
    whole = body.get("n") == seq and digest == _hash({name: body.get(name) for name in _OPEN})
    kept = body.get("commitment") == _hash({n: body.get(n) for n in PERSONAL})
    if not whole or not (kept or (may_be_blank and is_erased(body=body))):
        yield Finding(seq, "altered")
    if body.get("tenant") != str(tenant):
        yield Finding(seq, "foreign")
    elif not is_signed(tenant, str(body.get("signature")), digest):
        yield Finding(seq, "unsigned")


def _holds(anchor: Anchor, owner: Callable[[int], UUID], is_signed: IsSigned) -> bool:
    return is_signed(owner(anchor.end.n), anchor.signature, _anchored(anchor.end))


def _compare(end: Link, anchored: Link | None, anchor: Anchor | None, holds: bool) -> Iterator[Finding]:  # noqa: FBT001 # a private step
    if anchor is None:
        if end.n:
            yield Finding(end.n, "anchor")
        return
    if not holds:
        yield Finding(anchor.end.n, "anchor")
    for missing in range(end.n + 1, anchor.end.n + 1):
        yield Finding(missing, "cut_off")
    if anchored is not None and anchored.digest != anchor.end.digest:
        yield Finding(anchor.end.n, "altered")
    for added in range(anchor.end.n + 1, end.n + 1):
        yield Finding(added, "added")


def _anchored(end: Link) -> str:
    return f"end {end.n} {end.digest}"


def _hash(said: dict[str, Any]) -> str:
    """Hash in one way whether the fields come from Python or back out of the database."""
    plain = msgspec.json.decode(msgspec.json.encode(said))
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()
