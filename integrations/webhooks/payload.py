"""What a request's body says: an event as the change feed shows it, in the envelope of Standard Webhooks.

The same event makes the same bytes at every attempt, unless it was erased in between.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.engine.events import Recorded
from conversations.threads.feed import EventShown, show
from integrations.webhooks.rules.endpoints import TEST_KIND


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every request. `id` is the header's, too; `data.seq` and `data.position` say where the event stands.

    `type` is the event's kind and `timestamp` when it happened.
    """

    type: str
    timestamp: datetime
    id: UUID
    data: EventShown


class TestPayload(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a test that somebody asked for: nothing has happened."""

    type: str
    timestamp: datetime
    id: UUID
    data: dict[str, Any]


def write(*, id_: UUID, event: Recorded, personal: bool) -> bytes:
    """Answer the body for an event; names and texts are null without `personal`."""
    shown = show(event=event, personal=personal)
    return msgspec.json.encode(Payload(type=event.kind, timestamp=event.at, id=id_, data=shown))


def write_test(*, id_: UUID, at: datetime) -> bytes:
    """Answer the body of a test."""
    return msgspec.json.encode(TestPayload(type=TEST_KIND, timestamp=at, id=id_, data={"test": True}))


def write_challenge(*, id_: UUID, at: datetime, challenge: str) -> bytes:
    """Answer the body that an endpoint proves itself by: it answers the challenge."""
    data = {"challenge": challenge}
    return msgspec.json.encode(TestPayload(type="webhook.challenge.v1", timestamp=at, id=id_, data=data))
