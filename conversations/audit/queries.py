"""Reading the audit, and judging it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from conversations.audit import rules
from conversations.audit.events import AUDIT, PERSONAL
from conversations.engine import log
from conversations.engine.events import Audience
from conversations.engine.models import Event
from conversations.engine.streams import stream_of
from tenants.audit.models import AuditAnchor
from tenants.audit.noting import RESTORED
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.describing import Answer
from tenants.paging import Page, Window, cut, turn
from tenants.secrets import is_signed

PURPOSE: Final = "audit"
BY: Final = UUID(int=0)  # the sender of every entry: who did it stands in it
STREAM: Final = stream_of(subject=AUDIT, audience=Audience.STAFF)


class Party(Answer, frozen=True):
    """Who did it, or what it was done to: a kind, an id, and the name at that time."""

    kind: str
    id: str | None
    label: str | None


class Entry(Answer, frozen=True):
    """An entry. What is personal is null where it was erased, and for keys without `personal:read`."""

    n: int
    at: datetime
    action: str
    who: Party
    target: Party
    before: Any
    after: Any
    address: str | None
    agent: str | None
    digest: str
    erased: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which entries: by whom (an id), of what action, about what (a kind, an id), from and until when."""

    actor: UUID | None = None
    action: str | None = None
    target: str | None = None
    target_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """How many entries an audit has, how many of them were erased, and what is wrong."""

    entries: int
    erased: int
    findings: list[rules.Finding]


def get_end() -> rules.Link:
    """Answer where the chain ends; ask while holding the stream."""
    last = Event.objects.filter(stream=STREAM).order_by("-seq").values_list("seq", "body__digest").first()
    return rules.Link() if last is None else rules.Link(last[0], last[1])


def find_carried(*, ids: Sequence[str]) -> set[str]:
    """Answer which of these notes are in the audit already."""
    found = Event.objects.filter(sender=BY, client_id__in=ids, stream=STREAM).values_list("client_id", flat=True)
    return {id_ for id_ in found if id_ is not None}


def find_naming(*, person: UUID) -> list[int]:
    """Answer which entries tell what somebody did or what was done to them, and are not erased yet; hold the stream."""
    id_ = str(person)
    rows = Event.objects.filter(Q(body__who_id=id_) | Q(body__target_id=id_), stream=STREAM)
    kept = rows.exclude(body__salt=None).order_by("seq")
    return list(kept.values_list("seq", flat=True))


def get_page(*, filters: Filters, window: Window) -> Page[Event]:
    """Answer a page of entries, the newest first."""
    rows = cut(rows=Event.objects.filter(_conditions(filters)), fields=("seq",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.seq,))


def show_entry(*, row: Event, personal: bool = True) -> Entry:
    """Answer an entry as it is shown."""
    body = row.body if personal else {**row.body, **dict.fromkeys(PERSONAL)}
    return Entry(
        n=row.seq,
        at=datetime.fromisoformat(body["at"]),
        action=body["action"],
        who=Party(kind=body["who"], id=body["who_id"], label=body["label"]),
        target=Party(kind=body["target"], id=body["target_id"], label=body["target_label"]),
        before=body["before"],
        after=body["after"],
        address=body["address"],
        agent=body["agent"],
        digest=body["digest"],
        erased=rules.is_erased(body=row.body),
    )


def judge(*, tenant: TenantRef) -> Judged:
    """Hold a tenant's audit to its chain and its anchor."""
    with platform_context():
        row = AuditAnchor.objects.filter(schema=tenant.schema).first()
    anchor = None if row is None else rules.Anchor(rules.Link(row.entries, row.digest), row.signature)
    counted = _Counted()
    with tenant_context(tenant):
        origins = rules.find_origins(restorings=_read_action(RESTORED), tenant=tenant.id, is_signed=_is_signed)
        entries = counted.count(_read())
        checked = rules.verify(
            entries=entries,
            anchor=anchor,
            tenant=tenant.id,
            is_signed=_is_signed,
            origins=origins,
            erasings=_read_action(rules.ERASED[0]),
        )
        found = list(checked)
    return Judged(counted.entries, counted.erased, found)


class _Counted:
    def __init__(self) -> None:
        self.entries = self.erased = 0

    def count(self, entries: Iterator[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
        for seq, body in entries:
            self.entries += 1
            self.erased += rules.is_erased(body=body)
            yield seq, body


def _read() -> Iterator[tuple[int, dict[str, Any]]]:
    after = 0
    while events := log.read_stream(stream=STREAM, after=after):
        for event in events:
            yield event.seq, event.body
        after = events[-1].seq


def _read_action(action: str) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = Event.objects.filter(stream=STREAM, body__action=action).order_by("-seq")
    yield from rows.values_list("seq", "body")


def _is_signed(tenant: UUID, signature: str, text: str) -> bool:
    return is_signed(signature=signature, text=text, purpose=PURPOSE, tenant=tenant)


def _conditions(filters: Filters) -> Q:
    found = Q(stream=STREAM)
    wanted = {
        "body__who_id": None if filters.actor is None else str(filters.actor),
        "body__action": filters.action,
        "body__target": filters.target,
        "body__target_id": filters.target_id,
        "at__gte": filters.since,
        "at__lt": filters.until,
    }
    for name, value in wanted.items():
        if value is not None:
            found &= Q(**{name: value})
    return found
