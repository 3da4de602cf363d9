"""Finding contacts."""

from typing import Literal
from uuid import UUID

from conversations.contacts.commands import VISITOR, hash_token
from conversations.contacts.models import Contact, ContactIdentity
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound


def find_visitor(*, token: str) -> tuple[Contact, str] | None:
    """Answer the anonymous contact who holds this token, and the key of the inbox that the token is bound to."""
    identity = (
        ContactIdentity.objects.filter(kind=VISITOR, value=hash_token(token=token)).select_related("contact").first()
    )
    return None if identity is None else (identity.contact, identity.scope)


def get_contact(*, contact: UUID) -> Contact:
    """Answer one contact; raise NotFound."""
    row = Contact.objects.filter(id=contact).first()
    if row is None:
        raise NotFound
    return row


def get_page(*, window: Window, order: Literal["created_at", "-created_at"]) -> Page[Contact]:
    """Answer a page of contacts by when they first came."""
    rows = cut(rows=Contact.objects.all(), fields=("created_at", "id"), descending=order[0] == "-", window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.created_at.isoformat(), row.id))
