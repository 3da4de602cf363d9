"""The chain: how an entry is made of the one before it, and what is wrong with a chain. Pure: no I/O, no clock."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from conversations.audit.events import PERSONAL, AuditRecorded

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
        if body.get("target") == "tenant" and not list(_judge(seq, body, owner, is_signed)):
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
) -> Iterator[Finding]:
    """Answer everything that is wrong with a chain: `entries` are (seq, body as stored), in the order of seq."""
    end, anchored = Link(), None

    def owner(n: int) -> UUID:
        return next((origin.tenant for origin in reversed(origins) if n < origin.n), tenant)

    for seq, body in entries:
        for missing in range(end.n + 1, seq):
            yield Finding(missing, "removed")
        if seq > end.n + 1:
            end = Link(seq - 1, "")
            linked = True  # what it followed on is gone: there is nothing to compare with
        else:
            linked = body.get("previous") == end.digest
        yield from _judge(seq, body, owner(seq), is_signed)
        if not linked:
            yield Finding(seq, "unlinked")
        end = Link(seq, str(body.get("digest")))
        if anchor is not None and seq == anchor.end.n:
            anchored = end
    yield from _compare(end, anchored, anchor, anchor is not None and _holds(anchor, owner, is_signed))


def is_erased(*, body: dict[str, Any]) -> bool:
    """Tell whether the personal fields were erased, as they may be."""
    return all(body.get(name) is None for name in PERSONAL)


def _judge(seq: int, body: dict[str, Any], tenant: UUID, is_signed: IsSigned) -> Iterator[Finding]:
    digest = str(body.get("digest"))
    whole = body.get("n") == seq and digest == _hash({name: body.get(name) for name in _OPEN})
    if not whole or not (is_erased(body=body) or body.get("commitment") == _hash({n: body.get(n) for n in PERSONAL})):
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
