"""Who sits where: a visitor of a tenant in a conversation, in words that can be told to another process."""

from uuid import UUID

import msgspec

from tenants.context import TenantRef
from tests.peer import apart
from tests.shop import Shop


class Seat(msgspec.Struct, frozen=True):
    """One visitor."""

    tenant: TenantRef
    contact: UUID
    name: str
    conversation: UUID


async def welcome_many(*, shop: Shop, count: int) -> list[Seat]:
    """Let so many visitors into a shop."""

    def welcome() -> Seat:
        guest = shop.welcome()
        return Seat(shop.tenant, guest.actor.id, guest.actor.name, guest.conversation)

    return await apart(lambda: [welcome() for _ in range(count)])
