"""A partner's system: signs what it says with the reference package, as an install's calls are signed."""

import secrets
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from tests.browser import Browser


class Partner(Browser):
    """A client that signs each request by its secret; headers that are passed along are left as they are."""

    def __init__(self, *, secret: str = "", **defaults: Any) -> None:
        """Sign by this secret; `known` is as which install, where somebody wants to know."""
        super().__init__(**defaults)
        self.secret, self.known = secret, ""

    def generic(self, method: str, path: Any, data: Any = "", *args: Any, **kwargs: Any) -> Any:
        """Make the request with a signature, and an id that is new unless one is passed along."""
        body = data if isinstance(data, bytes) else str(data).encode()
        given = dict(kwargs.pop("headers", None) or {})
        id_ = given.get("webhook-id") or f"msg_{secrets.token_hex(8)}"
        signed = {**sign(secret=self.secret, id_=id_, body=body), **given}
        return super().generic(method, path, body, *args, headers=signed, **kwargs)


def sign(*, secret: str, id_: str, body: bytes, at: datetime | None = None) -> dict[str, str]:
    """Answer the three headers for a body that is sent now, or then."""
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, moment, body.decode(errors="replace")),
    }
