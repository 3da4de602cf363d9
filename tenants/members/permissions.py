"""THE table of who may do what. Pure: REST, live, pages and jobs all ask a member whose permissions come from here."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a person is in a tenant, unless the tenant has defined a role of its own for them."""

    OWNER = "owner"
    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    VIEWER = "viewer"


# What stands in a membership whose role is one of the tenant's own. It is in no table: by itself it allows nothing.
OWN_ROLE: Final = "own"

# How far `conversations.view` reaches: with none of these to what is one's own. And whether one reads who contacts are:
# without it one is shown what a key without PERSONAL_READ is shown.
EVERY_CONVERSATION: Final = "conversations.all"
OF_OWN_INBOXES: Final = "conversations.inbox"
OF_OWN_TEAMS: Final = "conversations.team"
READS_PERSONAL: Final = "contacts.personal"

_VIEWER: Final = frozenset(
    {
        "conversations.view",
        EVERY_CONVERSATION,
        OF_OWN_INBOXES,
        OF_OWN_TEAMS,
        READS_PERSONAL,
        "members.view",
        "tickets.view",
    }
)
_AGENT: Final = _VIEWER | {
    "conversations.reply",
    "conversations.note",
    "conversations.take",
    "conversations.resolve",
    "contacts.edit",
    "definitions.view",
    "tickets.handle",
}
_SUPERVISOR: Final = _AGENT | {
    "conversations.assign",
    "conversations.originals",
    "conversations.recall",
    "presence.report",
}
_ADMIN: Final = _SUPERVISOR | {
    "audit.view",
    "contacts.erase",
    "definitions.manage",
    "inboxes.manage",
    "keys.manage",
    "members.manage",
    "webhooks.manage",
}
_OWNER: Final = _ADMIN | {"tenant.manage"}

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    Role.OWNER: _OWNER,
    Role.ADMIN: _ADMIN,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.AGENT: _AGENT,
    Role.VIEWER: _VIEWER,
}

# Everything that can be allowed; a company makes its own roles of it.
ALL: Final = _OWNER

# What an API key may be given. A key takes no conversation (somebody must answer there) and makes no key or member.
# The last two are asked of keys only: members see notes wherever they see conversations, and names if their role says.
NOTES_READ: Final = "notes:read"
PERSONAL_READ: Final = "personal:read"
READING_SCOPES: Final = frozenset({NOTES_READ, PERSONAL_READ})
KEY_SCOPES: Final = READING_SCOPES | {
    "audit.view",
    "conversations.view",
    "conversations.reply",
    "conversations.note",
    "conversations.assign",
    "conversations.resolve",
    "contacts.edit",
    "definitions.view",
    "definitions.manage",
    "inboxes.manage",
    "members.view",
    "presence.report",
    "tickets.view",
    "tickets.handle",
    "webhooks.manage",
}
_OF_CUSTOMERS: Final = ("conversations.", "contacts.", "tickets.")


def permissions_of(*, role: str, own: Iterable[str] | None) -> frozenset[str]:
    """Answer what a role allows: `own` is what a company gave a role of its own, None for a role of the table."""
    return PERMISSIONS.get(role, frozenset()) if own is None else ALL & frozenset(own)


def lends(*, own: frozenset[str]) -> frozenset[str]:
    """Answer what somebody may give a key or a webhook, which are of no team and see what the whole company has.

    So who does not see every conversation gives none of them, and who may not read names gives nobody leave to.
    """
    given = own | READING_SCOPES
    if EVERY_CONVERSATION not in own:
        given = frozenset(scope for scope in given if not scope.startswith(_OF_CUSTOMERS))
    return given if READS_PERSONAL in own else given - {PERSONAL_READ}


def allows(*, permissions: frozenset[str], permission: str) -> bool:
    """Answer whether it is among them; a permission nobody has is a spelling mistake and raises KeyError."""
    if permission not in ALL:
        raise KeyError(permission)
    return permission in permissions
