"""Reading endpoints and deliveries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from django.db import connection

from conversations.engine.events import get_kinds
from conversations.threads.actors import Actor
from conversations.threads.feed import sees
from conversations.threads.rules import sees_personal
from integrations.secrets import Sealed, find_live, open_secrets
from integrations.webhooks import statements
from integrations.webhooks.models import Delivery, Endpoint
from integrations.webhooks.rules.attempts import Off
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound

PURPOSE: Final = "webhook endpoint"
Status = Literal["unproved", "live", "paused", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where and how to send: the address, the live secrets (the one of now first), the headers."""

    url: str
    secrets: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)


def get_endpoint(*, endpoint: UUID, lock: bool = False) -> Endpoint:
    """Answer one; raise NotFound for one that is removed, too."""
    rows = Endpoint.objects.select_for_update() if lock else Endpoint.objects.all()
    row = rows.filter(id=endpoint, removed_at=None).first()
    if row is None:
        raise NotFound
    return row


def get_page(*, window: Window) -> Page[Endpoint]:
    """Answer a page of endpoints, the newest first."""
    rows = cut(rows=Endpoint.objects.filter(removed_at=None), fields=("id",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.id,))


def count_endpoints() -> int:
    """Answer how many there are."""
    return Endpoint.objects.filter(removed_at=None).count()


def status_of(*, endpoint: Endpoint) -> Status:
    """Answer what becomes of its deliveries: they go out, or wait and why."""
    if endpoint.off_at is not None:
        return "off"
    if endpoint.proved_at is None:
        return "unproved"
    return "live" if endpoint.paused_at is None else "paused"


def why_off(*, endpoint: Endpoint) -> Off:
    """Answer why it was switched off, or nothing."""
    why: Off = msgspec.convert(endpoint.off_why, Off)
    return why


def open_sealed(*, endpoint: Endpoint) -> Sealed:
    """Answer its secrets and headers; raise Unreadable where the key ring does not open them."""
    return open_secrets(row=endpoint, purpose=PURPOSE)


def get_target(*, endpoint: Endpoint, now: datetime) -> Target:
    """Answer where and how to send now; raise Unreadable."""
    opened = open_sealed(endpoint=endpoint)
    return Target(
        url=endpoint.url,
        secrets=find_live(opened=opened, row=endpoint, now=now),
        headers=dict(sorted(opened.headers.items())),
    )


def get_delivery(*, endpoint: UUID, delivery: UUID) -> Delivery:
    """Answer one of an endpoint's; raise NotFound."""
    row = Delivery.objects.filter(endpoint=get_endpoint(endpoint=endpoint).id, id=delivery).first()
    if row is None:
        raise NotFound
    return row


def get_deliveries(*, endpoint: UUID, conditions: Mapping[str, str], window: Window) -> Page[Delivery]:
    """Answer a page of what goes or went to an endpoint, the newest first; raise NotFound."""
    found = Delivery.objects.filter(endpoint=get_endpoint(endpoint=endpoint).id, **conditions)
    rows = cut(rows=found, fields=("id",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.id,))


def get_health(*, endpoint: UUID, now: datetime) -> tuple[Any, ...]:
    """Answer of the last day (and of its last 10,000): delivered, failed and waiting, since when the oldest waits.

    And what half and what 19 of 20 of the last attempts took at most, in milliseconds.
    """
    said: dict[str, Any] = {
        "endpoint": get_endpoint(endpoint=endpoint).id,
        "since": first_id(at=now - timedelta(days=1)),
        "most": 10_000,
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.HEALTH, said)
        found: tuple[Any, ...] = cursor.fetchone()
        return found


def first_id(*, at: datetime) -> UUID:
    """Answer the least id that something made then can have: the keys of rows begin with their time."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def as_actor(*, id_: UUID, scopes: list[str]) -> Actor:
    """Answer an endpoint as who is told: like a key with these scopes."""
    return Actor("key", id_, "", frozenset(scopes))


def is_told_names(*, endpoint: Endpoint) -> bool:
    """Tell whether what is personal is sent."""
    return sees_personal(actor=as_actor(id_=endpoint.id, scopes=endpoint.scopes))


def may_be_told(*, endpoint: Endpoint, kind: str) -> bool:
    """Tell whether its scopes let an endpoint be told of events of a kind."""
    return sees(actor=as_actor(id_=endpoint.id, scopes=endpoint.scopes), kind=kind)


def kinds_told(*, row: Mapping[str, Any]) -> frozenset[str]:
    """Answer the kinds of events that an endpoint (its id, kinds and scopes) is told."""
    actor = as_actor(id_=row["id"], scopes=row["scopes"])
    return frozenset(
        kind for kind in row["kinds"] or get_kinds() if kind in get_kinds() and sees(actor=actor, kind=kind)
    )
