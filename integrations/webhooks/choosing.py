"""Which of some events an endpoint is told: by kind, by what it may see, and by its filters."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from conversations.engine.events import Recorded, get_kinds
from conversations.engine.streams import subject_of
from conversations.threads.queries import get_inboxes_of
from integrations.webhooks.queries import kinds_told
from integrations.webhooks.rules.filtering import Filters, passes

Inboxes = Mapping[UUID, str]


def find_inboxes(*, rows: Iterable[Mapping[str, Any]], events: Sequence[Recorded]) -> Inboxes:
    """Answer the inboxes of the events' conversations, if any of these endpoints (its filters) asks for them."""
    if not any(row["filters"].get("inboxes") for row in rows):
        return {}
    return get_inboxes_of(conversations={subject_of(stream=event.stream) for event in events})


def choose(*, row: Mapping[str, Any], events: Sequence[Recorded], inboxes: Inboxes) -> list[Recorded]:
    """Answer those that an endpoint (its id, kinds, scopes and filters) is told."""
    kinds, filters = kinds_told(row=row), msgspec.convert(row["filters"], Filters)
    return [
        event
        for event in events
        if event.kind in kinds
        and passes(filters=filters, body=event.body, inbox=inboxes.get(subject_of(stream=event.stream)))
    ]


def find_fields() -> frozenset[str]:
    """Answer the fields of events that may be filtered by: those that are personal in no kind."""
    kinds = get_kinds().values()
    return frozenset(name for fact in kinds for name in fact.__struct_fields__) - frozenset(
        name for fact in kinds for name in fact.personal
    )
