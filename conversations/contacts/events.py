"""What can happen to a contact: each has a stream of their own in the tenant, besides their conversations'."""

from typing import Any
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact


@fact(
    kind="contact.changed.v1",
    audience=Audience.STAFF,
    personal=("name", "attributes"),
    permission="conversations.view",
)
class ContactChanged(Fact, frozen=True):
    """Somebody of the company wrote down what is known of `contact` now.

    Only what changed is said: a `name`, or null for the same as before; `attributes` by their keys, null for those
    that were taken away.
    """

    contact: UUID
    name: str | None
    attributes: dict[str, Any]
