"""THE table of who may do what. Pure: REST, live, pages and jobs all ask `allows`."""

from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in a tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    VIEWER = "viewer"


_VIEWER: Final = frozenset({"conversations.view", "members.view"})
_AGENT: Final = _VIEWER | {
    "conversations.reply",
    "conversations.note",
    "conversations.take",
    "conversations.resolve",
    "definitions.view",
}
_SUPERVISOR: Final = _AGENT | {"conversations.assign"}
_ADMIN: Final = _SUPERVISOR | {"definitions.manage", "inboxes.manage", "keys.manage", "members.manage"}
_OWNER: Final = _ADMIN | {"tenant.manage"}

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AGENT: _AGENT,
    Role.VIEWER: _VIEWER,
}

# What an API key may be given. A key takes no conversation (somebody must answer there) and makes no key or member.
# The last two are asked of keys only: members see notes and names wherever they see conversations.
NOTES_READ: Final = "notes:read"
PERSONAL_READ: Final = "personal:read"
READING_SCOPES: Final = frozenset({NOTES_READ, PERSONAL_READ})
KEY_SCOPES: Final = READING_SCOPES | {
    "conversations.view",
    "conversations.reply",
    "conversations.note",
    "conversations.assign",
    "conversations.resolve",
    "definitions.view",
    "definitions.manage",
    "inboxes.manage",
    "members.view",
}


def allows(*, role: str, permission: str) -> bool:
    """Answer whether `role` may; a permission nobody has is a spelling mistake and raises KeyError."""
    if permission not in _OWNER:
        raise KeyError(permission)
    return permission in PERMISSIONS.get(role, frozenset())
