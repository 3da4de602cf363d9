"""The log of deliveries as the API shows it."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.engine import log
from conversations.engine.events import UnknownKind
from conversations.threads.actors import Actor
from conversations.threads.feed import sees
from conversations.threads.rules import sees_personal
from integrations.webhooks import payload
from integrations.webhooks.models import Delivery, Endpoint
from integrations.webhooks.queries import is_told_names
from integrations.webhooks.rules.attempts import State
from tenants.bodies import Body
from tenants.describing import Answer
from tenants.paging import PageQuery


class DeliveriesQuery(PageQuery, frozen=True):
    """Which deliveries: `state`, and the `kind` of what they tell of."""

    state: State | UnsetType = UNSET
    kind: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class RangeBody(Body, frozen=True):
    """What is sent again: events with `after` < position <= `until`, the end of the log if it is left out."""

    after: Annotated[int, Meta(ge=0, le=2**53)]
    until: Annotated[int, Meta(ge=0, le=2**53)] = 2**53


class Replayed(Answer, frozen=True):
    """How many events are sent, and the position to go on from (`after`), if `until` lies beyond it."""

    count: int
    position: int


class Tried(Answer, frozen=True):
    """An attempt: the answer's `status` and beginning, or what went wrong (`error`), and how long it took.

    The answer is null for keys without leave to see names and texts.
    """

    at: datetime
    ms: int
    status: int | None
    error: str
    answer: str | None


class DeliveryShown(Answer, frozen=True):
    """A delivery; `id` is the `webhook-id` of its requests, `position` null for a test. `last` is the last attempt.

    While it waits it is sent at `due_at` or soon after.
    """

    id: UUID
    kind: str
    position: int | None
    state: State
    made_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    attempts: int
    last: Tried | None


class DeliveryDetails(DeliveryShown, frozen=True):
    """A delivery with its last twelve attempts and what it says: what would be sent now, as far as you may see it."""

    tries: list[Tried]
    request: dict[str, Any] | None


class WebhookHealth(Answer, frozen=True):
    """What became of the deliveries of the last day (of the last 10,000 of them): how many, and how fast.

    `ms_p50` and `ms_p95`: what half and 19 of 20 of their last attempts took at most.
    """

    delivered: int
    failed: int
    waiting: int
    oldest_waiting_at: datetime | None
    ms_p50: int | None
    ms_p95: int | None
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None


def show_delivery(*, row: Delivery, by: Actor) -> DeliveryShown:
    """Answer a delivery as lists show it."""
    return DeliveryShown(**_common(row, by))


def show_details(*, row: Delivery, endpoint: Endpoint, by: Actor) -> DeliveryDetails:
    """Answer all there is to know of a delivery."""
    tries = [_tried(tried, by) for tried in row.tries]
    return DeliveryDetails(**_common(row, by), tries=tries, request=_request(row, endpoint, by))


def _common(row: Delivery, by: Actor) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "position": row.position,
        "state": cast("Literal['waiting', 'delivered', 'failed']", row.state),
        "made_at": row.made_at,
        "due_at": row.due_at,
        "done_at": row.done_at,
        "attempts": row.attempts,
        "last": _tried(row.tries[-1], by) if row.tries else None,
    }


def _tried(said: dict[str, Any], by: Actor) -> Tried:
    known = {name: said[name] for name in ("at", "ms", "status", "error")}
    return msgspec.convert({**known, "answer": said["answer"] if sees_personal(actor=by) else None}, Tried)


def _request(row: Delivery, endpoint: Endpoint, by: Actor) -> dict[str, Any] | None:
    """Answer the body, decoded; None where its event is gone or not for whoever asks."""
    if row.position is None:
        body = payload.write_test(id_=row.id, at=row.made_at)
    else:
        event = log.read_at(positions=[row.position]).get(row.position)
        try:
            if event is None or not sees(actor=by, kind=event.kind):
                return None
        except UnknownKind:
            return None
        personal = is_told_names(endpoint=endpoint) and sees_personal(actor=by)
        body = payload.write(id_=row.id, event=event, personal=personal)
    decoded: dict[str, Any] = msgspec.json.decode(body)
    return decoded
