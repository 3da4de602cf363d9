"""Who comes in: reads `hello`, uses up the ticket or checks the resume token against what is true now."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

import msgspec

from conversations.access.queries import KEYS, Maker, judge_shown, read_keys, who_answers
from conversations.channels.webchat.vouching.queries import LIVE_VISITORS
from conversations.engine.following import TenantConnections
from conversations.engine.statements import qualified
from conversations.live.frames import Hello
from conversations.live.tickets import TICKET_S, NotSignedIn, Pass, read_resume, read_ticket
from tenants.context import TenantRef
from tenants.members.bearer import KeyBearer
from tenants.members.permissions import permissions_of
from tenants.members.queries import ANSWERING, LIVE_SESSIONS

_USE = """
INSERT INTO public.live_nonces (nonce, expires_at) VALUES (%(nonce)s, %(expires_at)s)
ON CONFLICT DO NOTHING RETURNING nonce
"""
_CONTACT = "SELECT 1 FROM contact WHERE id = %(contact)s AND merged_into IS NULL AND erased_at IS NULL"


class Standing(NamedTuple):
    """What a member or a key is now; a key has no role."""

    name: str
    role: str
    permissions: tuple[str, ...]

    def is_as(self, pass_: Pass) -> bool:
        """Tell whether the pass was issued for the same role, allowing the same."""
        return (self.role, self.permissions) == (pass_.role, pass_.permissions)


class Gate:
    """Answers the pass of a hello, or refuses with NotSignedIn."""

    def __init__(self, *, connections: TenantConnections) -> None:
        """Ask through the port; nothing is kept."""
        self._connections = connections

    async def admit(self, *, hello: Hello, tenant: TenantRef, origin: str, address: str) -> Pass:
        """Let in whoever shows exactly one of ticket and resume token, for this tenant, from this origin."""
        if hello.ticket is not None and hello.resume is None:
            pass_ = read_ticket(text=hello.ticket, tenant=tenant, origin=origin)
            await self._use(pass_)
            return await self._still_opens(pass_, tenant, address) if pass_.kind == "key" else pass_
        if hello.resume is not None and hello.ticket is None:
            pass_ = read_resume(text=hello.resume, tenant=tenant, origin=origin)
            return (
                await self._still_opens(pass_, tenant, address)
                if pass_.kind == "key"
                else await self._still(pass_, tenant)
            )
        raise NotSignedIn

    async def _use(self, pass_: Pass) -> None:
        # Kept longer than the ticket lives, so that it cannot be used again in its last second.
        expires_at = datetime.now(UTC) + timedelta(seconds=2 * TICKET_S)
        params = {"nonce": pass_.nonce, "expires_at": expires_at}
        if not await self._connections.fetch(tenant=None, text=_USE, params=params):
            raise NotSignedIn

    async def find_live(self, *, sessions: Collection[UUID]) -> dict[UUID, Standing]:
        """Answer for each of these members' sessions that still lets somebody in, as what."""
        params = {"sessions": list(sessions), "now": datetime.now(UTC)}
        rows = await self._connections.fetch(tenant=None, text=LIVE_SESSIONS, params=params)
        return {session: _standing(name, role, own) for session, name, role, own in rows}

    async def _still(self, pass_: Pass, tenant: TenantRef) -> Pass:
        if pass_.kind == "contact":
            await self._check_contact(pass_, tenant)
            return pass_
        live = {} if pass_.session is None else await self.find_live(sessions=[pass_.session])
        if pass_.session not in live:
            raise NotSignedIn
        now = live[pass_.session]
        return msgspec.structs.replace(pass_, name=now.name, role=now.role, permissions=now.permissions)

    async def _still_opens(self, pass_: Pass, tenant: TenantRef, address: str) -> Pass:
        """Ask anew of a key, even if its ticket is a moment old: it may be good for some networks only."""
        here = msgspec.structs.replace(pass_, address=address)
        (now,) = await self.find_programs(tenant=tenant, passes=[here])
        if now is None:
            raise NotSignedIn
        return msgspec.structs.replace(here, name=now.name, permissions=now.permissions)

    async def find_programs(self, *, tenant: TenantRef, passes: Sequence[Pass]) -> list[Standing | None]:
        """Answer for each of these passes of keys as what it still lets in; None: it does not."""
        asked = {"keys": [pass_.id for pass_ in passes]}
        keys = read_keys(rows=await self._connections.fetch(tenant=tenant, text=qualified(KEYS), params=asked))
        persons = {"tenant": tenant.id, "persons": list(who_answers(keys=keys.values()))}
        rows = await self._connections.fetch(tenant=None, text=ANSWERING, params=persons)
        makers = {
            person: Maker(permissions=permissions_of(role=role, own=own), left_at=left)
            for person, role, own, left in rows
        }
        judge = partial(judge_shown, keys=keys, makers=makers, now=datetime.now(UTC))
        return [_as_standing(judge(bearer=_bearer(pass_), address=pass_.address)) for pass_ in passes]

    async def find_visitors(self, *, tenant: TenantRef, identities: Collection[UUID]) -> set[UUID]:
        """Answer which of these visitors' tokens still let somebody in."""
        params = {"identities": list(identities), "now": datetime.now(UTC)}
        rows = await self._connections.fetch(tenant=tenant, text=qualified(LIVE_VISITORS), params=params)
        return {identity for (identity,) in rows}

    async def _check_contact(self, pass_: Pass, tenant: TenantRef) -> None:
        if pass_.identity is not None:
            if not await self.find_visitors(tenant=tenant, identities=[pass_.identity]):
                raise NotSignedIn
        elif not await self._connections.fetch(tenant=tenant, text=_CONTACT, params={"contact": pass_.id}):
            raise NotSignedIn


def _bearer(pass_: Pass) -> KeyBearer:
    return KeyBearer(pass_.tenant, pass_.id, pass_.name, frozenset(pass_.permissions), pass_.shown)


def _as_standing(bearer: KeyBearer | None) -> Standing | None:
    return None if bearer is None else Standing(bearer.name, "", tuple(sorted(bearer.scopes)))


def _standing(name: str, role: str, own: list[str] | None) -> Standing:
    return Standing(name, role, tuple(sorted(permissions_of(role=role, own=own))))
