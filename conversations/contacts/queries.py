"""Finding contacts."""

from conversations.contacts.commands import VISITOR, hash_token
from conversations.contacts.models import Contact, ContactIdentity


def find_visitor(*, token: str) -> tuple[Contact, str] | None:
    """Answer the anonymous contact who holds this token, and the key of the inbox that the token is bound to."""
    identity = (
        ContactIdentity.objects.filter(kind=VISITOR, value=hash_token(token=token)).select_related("contact").first()
    )
    return None if identity is None else (identity.contact, identity.scope)
