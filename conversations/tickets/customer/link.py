"""Signed links: what lets a ticket's customer in, to that one ticket of one company, for half a year."""

from typing import Final
from uuid import UUID

from django.core import signing

from tenants.context import current_tenant
from tenants.refusals import NotFound

LIVES_S: Final = 183 * 86_400
_SALT = "yunke.ticket.link"


def sign_link(*, ticket: UUID, contact: UUID) -> str:
    """Answer what a link to a ticket shows; it lets in as this contact, as long as the ticket is theirs."""
    said = {"tenant": current_tenant().id.hex, "ticket": ticket.hex, "contact": contact.hex}
    return signing.dumps(said, salt=_SALT, compress=True)


def read_link(*, text: str) -> tuple[UUID, UUID]:
    """Answer the ticket and the contact that a link names; raise NotFound for what is not ours, of another, or old."""
    try:
        said = signing.loads(text, salt=_SALT, max_age=LIVES_S)
    except signing.BadSignature:
        raise NotFound from None
    if said["tenant"] != current_tenant().id.hex:
        raise NotFound
    return UUID(said["ticket"]), UUID(said["contact"])
