"""Webhooks as the API shows them, and what it takes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import Status, open_sealed, status_of, why_off
from integrations.webhooks.rules.filtering import MOST_INBOXES
from tenants.bodies import Body
from tenants.describing import Answer
from tenants.secrets import Unreadable

DAY_S = 86_400
Url = Annotated[str, Meta(min_length=1, max_length=2000)]
Description = Annotated[str, Meta(max_length=200)]
Kinds = Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=200)]
Scopes = Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=20)]
Headers = Annotated[dict[str, str], Meta(max_length=20)]


class FiltersBody(Body, frozen=True):
    """What else decides which events it is told.

    With `inboxes` (their keys), only what happens in conversations of these. With `fields`, only events whose body has
    one of the values given for each field that it has, such as {"author": ["contact"]}; not by what is personal.
    """

    inboxes: Annotated[list[Annotated[str, Meta(max_length=100)]], Meta(max_length=MOST_INBOXES)] = []
    fields: dict[str, list[str | int | bool]] = {}


class WebhookBody(Body, frozen=True):
    """A new webhook. No kinds mean all; without scopes it is told what customers see, and no names or texts."""

    url: Url
    description: Description = ""
    kinds: Kinds = []
    scopes: Scopes = []
    filters: FiltersBody = FiltersBody()
    headers: Headers = {}


class WebhookChange(Body, frozen=True):
    """What changes. Another address has to be verified anew; headers are replaced as a whole."""

    url: Url | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    filters: FiltersBody | UnsetType = UNSET
    headers: Headers | UnsetType = UNSET


class OverlapBody(Body, frozen=True):
    """For how long requests are signed by the secret before, too, in seconds; at most a week."""

    overlap_s: Annotated[int, Meta(ge=0, le=7 * DAY_S)] = DAY_S


class FiltersShown(Answer, frozen=True):
    """What else decides which events it is told, as it was given."""

    inboxes: list[str]
    fields: dict[str, list[str | int | bool]]


class Webhook(Answer, frozen=True):
    """A webhook without its secret, of which `hint` is the end; of its headers only the names.

    It is `unproved` until it has answered the challenge, and `off` after it said 410 (`gone`), did nothing but fail for
    five days (`failing`), or came back with an archive (`restored`); what happens meanwhile waits. While it
    `rests_until` then, it is left alone.
    """

    id: UUID
    url: str
    description: str
    kinds: list[str]
    scopes: list[str]
    filters: FiltersShown
    header_names: list[str]
    hint: str
    status: Status
    off_why: Literal["gone", "failing", "restored"] | None
    created_at: datetime
    created_by: UUID
    proved_at: datetime | None
    paused_at: datetime | None
    off_at: datetime | None
    rotated_at: datetime | None
    old_secret_until: datetime | None
    failures: int
    failing_since: datetime | None
    rests_until: datetime | None


class WebhookWithSecret(Webhook, frozen=True):
    """A webhook with the secret that is shown this once; null where an answer is repeated by its Idempotency-Key."""

    secret: str | None


def show_endpoint(*, row: Endpoint, now: datetime) -> Webhook:
    """Answer an endpoint."""
    return Webhook(
        id=row.id,
        url=row.url,
        description=row.description,
        kinds=list(row.kinds),
        scopes=list(row.scopes),
        filters=FiltersShown(inboxes=row.filters.get("inboxes", []), fields=row.filters.get("fields", {})),
        header_names=_header_names(row),
        hint=row.hint,
        status=status_of(endpoint=row),
        off_why=why_off(endpoint=row) or None,
        created_at=row.created_at,
        created_by=row.created_by,
        proved_at=row.proved_at,
        paused_at=row.paused_at,
        off_at=row.off_at,
        rotated_at=row.rotated_at,
        old_secret_until=row.old_until if row.old_until is not None and row.old_until > now else None,
        failures=row.failures,
        failing_since=row.failing_since,
        rests_until=row.rests_until if row.rests_until is not None and row.rests_until > now else None,
    )


def _header_names(row: Endpoint) -> list[str]:
    try:
        return sorted(open_sealed(endpoint=row).headers)
    except Unreadable:  # its key left the ring: it can still be seen, changed by a new secret, and removed
        return []
