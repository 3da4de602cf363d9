"""Which tenant a websocket is for, and whether the page that opened it may: before anything is accepted."""

import asyncio
from typing import Any, Final

from channels.middleware import BaseMiddleware
from django.db import connection

from tenants.context import TenantRef
from tenants.queries import find_tenant_by_host, recall_tenant

REFUSED: Final = {"type": "websocket.close", "code": 4003}


class LiveHost(BaseMiddleware):  # type: ignore[misc] # Channels has no types
    """Puts `tenant` and `origin` into the scope; refuses unknown hosts and pages of other origins.

    A client without an Origin is no browser and must show a ticket that was issued without one.
    """

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        """Refuse before accepting (an HTTP 403), or pass on."""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get(b"host", ""), headers.get(b"origin", "")
        # Those who come back after a fault come all at once: most need no thread, and there are only a few.
        tenant = recall_tenant(host=host) or await asyncio.to_thread(_find_tenant, host)
        if tenant is None or (origin and origin not in {f"http://{host}", f"https://{host}"}):
            await receive()
            await send(REFUSED)
            return None
        return await super().__call__({**scope, "tenant": tenant, "origin": origin}, receive, send)


def _find_tenant(host: str) -> TenantRef | None:
    try:
        return find_tenant_by_host(host=host)
    finally:
        connection.close()
