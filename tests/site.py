"""A company's own site: it knows who is signed in there and signs what it tells us, as the README shows."""

import time
from typing import Any

import jwt

from conversations.channels.webchat.vouching.commands import make_secret
from conversations.definitions.inbox.queries import get_inbox
from conversations.threads.actors import SYSTEM
from tenants.context import TenantRef, tenant_context
from tests.rows import NOW


class Site:
    """Whoever has an inbox's secret."""

    def __init__(self, *, tenant: TenantRef, inbox: str, secret: str | None = None) -> None:
        """Fetch a secret unless one is given."""
        self.inbox = inbox
        if secret is None:
            with tenant_context(tenant):
                _, secret = make_secret(inbox=get_inbox(key=inbox), by=SYSTEM, now=NOW)
        self.secret = secret

    def vouch(self, who: str, **claims: Any) -> str:
        """Answer an identity token for somebody who is signed in."""
        said = {"sub": who, "aud": self.inbox, "exp": int(time.time()) + 300, **claims}
        return jwt.encode(said, self.secret, algorithm="HS256")
