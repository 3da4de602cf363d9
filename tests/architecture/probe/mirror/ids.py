"""For every kind of id one that never was, and looks like those that are; `Company.own` has those that are."""

import secrets
from collections.abc import Callable
from typing import Final
from uuid import UUID

from conversations.engine.streams import new_subject
from tenants.database.models import new_id
from tests.architecture.probe.classes import Id


def uuid() -> str:
    """Answer a UUID like those of rows."""
    return str(new_id())


def subject() -> str:
    """Answer a UUID like those of conversations."""
    return str(new_subject())


NEVER: Final[dict[Id, Callable[[], str]]] = {
    Id.CONVERSATION: subject,
    Id.TICKET: subject,
    Id.SECOND_TICKET: subject,
    Id.ITEM: uuid,
    Id.APPROVAL: uuid,
    Id.FILE: uuid,
    Id.ENTRY: uuid,
    Id.CONTACT: uuid,
    Id.OTHER: uuid,
    Id.MERGED: uuid,
    Id.IDENTITY: uuid,
    Id.PURPOSE: lambda: f"canary-{secrets.token_hex(4)}-purpose",
    Id.TOLD: lambda: f"canary-{secrets.token_hex(4)} 0",
    Id.PERSON: uuid,
    Id.KEY: uuid,
    Id.FACTOR: uuid,
    Id.DOMAIN: uuid,
    Id.SECRET: uuid,
    Id.INBOX: lambda: secrets.token_urlsafe(15),
    Id.EXPORT: uuid,
    Id.SITE: uuid,
    Id.REPLY: lambda: f"canary-{secrets.token_hex(4)}-reply",
    Id.DEFINITION: lambda: f"canned_reply/canary-{secrets.token_hex(4)}-reply",
    Id.TEAM: lambda: f"canary-{secrets.token_hex(4)}-team",
    Id.QUEUE: lambda: f"canary-{secrets.token_hex(4)}-queue",
    Id.RULE: lambda: f"canary-{secrets.token_hex(4)}-rule",
    Id.MACRO: lambda: f"canary-{secrets.token_hex(4)}-macro",
    Id.DRY_RUN: uuid,
    Id.ROLE: lambda: f"canary-{secrets.token_hex(4)}-role",
    Id.INVITATION: uuid,
    Id.SESSION: uuid,
    Id.CONNECTION: uuid,
    Id.WEBHOOK: uuid,
    Id.DELIVERY: uuid,
    Id.INSTALL: uuid,
    Id.EMAIL: lambda: f"canary-{secrets.token_hex(4)}@example.com",
    Id.SLUG: lambda: f"canary-{secrets.token_hex(4)}",
}


def staff_of(*, conversation: str) -> str:
    """Answer the id of a conversation's staff stream."""
    return str(UUID(int=UUID(conversation).int | 1))
