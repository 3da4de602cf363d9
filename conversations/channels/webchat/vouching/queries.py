"""Reading an inbox's secrets."""

from typing import Final

from conversations.channels.webchat.vouching.models import IdentitySecret
from conversations.channels.webchat.vouching.token import Secret
from tenants.context import current_tenant
from tenants.paging import Page, Window, cut, turn
from tenants.secrets import unseal

PURPOSE: Final = "identity secret"

# For live delivery, which asks outside the ORM: of these visitors' tokens, those that still let somebody in.
LIVE_VISITORS: Final = """
SELECT i.id FROM {s}contact_identity i JOIN {s}contact c ON c.id = i.contact_id
WHERE i.id = ANY(%(identities)s::uuid[]) AND (i.expires_at IS NULL OR i.expires_at > %(now)s)
  AND NOT coalesce((
    SELECT d.is_retired OR (c.external_id IS NULL AND coalesce((d.body->>'require_vouching')::boolean, false))
    FROM {s}definition d WHERE d.kind = 'inbox' AND d.key = i.scope ORDER BY d.version DESC LIMIT 1
  ), false)
"""


def get_secrets(*, inbox: str) -> list[IdentitySecret]:
    """Answer an inbox's secrets, the newest first."""
    return list(IdentitySecret.objects.filter(inbox=inbox).order_by("-id"))


def get_page(*, inbox: str, window: Window) -> Page[IdentitySecret]:
    """Answer a page of an inbox's secrets, the newest first."""
    rows = cut(rows=IdentitySecret.objects.filter(inbox=inbox), fields=("id",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.id,))


def get_live(*, inbox: str) -> list[Secret]:
    """Answer an inbox's secrets in clear."""
    tenant = current_tenant().id
    return [
        Secret(row.id, unseal(purpose=PURPOSE, tenant=tenant, row=row.id, sealed=row.sealed))
        for row in get_secrets(inbox=inbox)
    ]
