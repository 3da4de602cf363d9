"""Making contacts."""

import hashlib
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from conversations.contacts.models import Contact, ContactIdentity

VISITOR: Final = "visitor"


def hash_token(*, token: str) -> str:
    """Answer what is stored of a visitor's token: it is random enough that a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_visitor(*, inbox: str, now: datetime) -> tuple[Contact, str]:
    """Make an anonymous contact known by a new random token (256 bits) in one inbox; answer both."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        contact = Contact(created_at=now)
        contact.name = f"#{contact.id.hex[-6:].upper()}"
        contact.save(force_insert=True)
        ContactIdentity.objects.create(
            contact=contact, kind=VISITOR, scope=inbox, value=hash_token(token=token), created_at=now
        )
    return contact, token


def lock_contact(*, contact: UUID) -> None:
    """Let nobody else do for this contact what must happen once, until COMMIT."""
    Contact.objects.select_for_update().get(id=contact)
