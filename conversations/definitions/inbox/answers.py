"""An inbox as the API shows it to the people and programs that answer there."""

from typing import Any

import msgspec

from conversations.definitions.inbox.body import EDIT_WINDOW_S, OutsideHours, WebchatInbox
from conversations.definitions.inbox.queries import Inbox


class InboxShown(WebchatInbox, frozen=True):
    """An inbox as those see it who answer there."""

    key: str
    version: int


def show_inbox(*, inbox: Inbox) -> dict[str, Any]:
    """Answer an inbox."""
    closed = msgspec.to_builtins(OutsideHours())
    left_out = {"calendar": None, "require_vouching": False, "queue": None, "outside_hours": closed, "form": []}
    more = {"edit_window_s": EDIT_WINDOW_S}
    return {"key": inbox.key, "version": inbox.version, **left_out, **more, **msgspec.to_builtins(inbox.body)}
