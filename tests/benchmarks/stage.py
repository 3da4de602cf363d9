"""Who takes part in a benchmark: tenants, conversations with a visitor and an agent each, and their seats."""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from conversations.live.tickets import issue_pass, sign_resume, sign_ticket
from conversations.threads.actors import Actor, of_member
from tenants.context import TenantRef
from tenants.members.commands import add_member
from tenants.members.proof import Proof, Way
from tenants.members.sessions import SessionStore, begin
from tenants.provisioning import sign_up
from tests.benchmarks.plan import Seat
from tests.shop import Guest, Shop

TEXT: Final = "Good morning, my parcel has not come yet. Could you have a look where it is? Thank you!"
PASSWORD: Final = "correct horse 9 battery"


@dataclass(frozen=True)
class Room:
    """One conversation: its company, its visitor and the agent who answers, with the id of the agent's session."""

    tenant: TenantRef
    guest: Guest
    agent: Actor
    role: str
    session: UUID


def open_rooms(*, tenants: Sequence[TenantRef], each: int) -> list[Room]:
    """Make an agent and `each` conversations in every one of these tenants."""
    return [room for tenant in tenants for room in _rooms(tenant, each)]


def open_tenants(*, count: int) -> list[TenantRef]:
    """Sign up so many companies."""
    return [open_tenant() for _ in range(count)]


def open_tenant() -> TenantRef:
    """Sign a company up."""
    name = f"b-{secrets.token_hex(6)}"
    email, now = f"{name}@example.com", datetime.now(UTC)
    return sign_up(name="Bench", slug=name, email=email, password=PASSWORD, now=now, verified=True)


def seats(*, rooms: Iterable[Room], listeners: int = 0) -> list[Seat]:
    """Answer two seats a room, its visitor's and its agent's, who both listen and speak, and more that listen."""
    found = []
    for room in rooms:
        found += [seat(room=room, member=False), seat(room=room, member=True)]
        found += [seat(room=room, member=True, speaks=False) for _ in range(listeners)]
    return found


def seat(*, room: Room, member: bool, speaks: bool = True, listens: bool = True, resumes: bool = False) -> Seat:
    """Answer one seat in a room; who `resumes` may take its time until it comes, a ticket lives for 30 s."""
    pass_ = issue_pass(
        tenant=room.tenant,
        actor=room.agent if member else room.guest.actor,
        origin="",
        role=room.role if member else "",
        session=room.session if member else None,
    )
    hello = {"resume": sign_resume(pass_=pass_)} if resumes else {"ticket": sign_ticket(pass_=pass_)}
    topic, conversation = f"conversation:{room.guest.conversation}", str(room.guest.conversation)
    first = [json.dumps({"type": "hello", **hello})]
    answers = ['{"type":"welcome"']
    if listens:
        first.append(json.dumps({"type": "subscribe", "topic": topic}))
        answers.append('{"type":"subscribed"')
    return Seat(
        path="/live/v1",
        host=f"{room.tenant.slug}.localhost",
        first=tuple(first),
        answers=tuple(answers),
        head='{"type":"send","id":"' if speaks else None,
        tail=f'","conversation":"{conversation}","text":"{TEXT}"}}',
    )


def say(*, room: Room, text: str) -> None:
    """Let a room's visitor say something, in a process that is not the server."""
    Shop(tenant=room.tenant).say(room.guest.conversation, room.guest.actor, text)


def count(*, room: Room) -> int:
    """Count the messages of a benchmark in a room."""
    said = Shop(tenant=room.tenant).read(room.guest.conversation)
    return len([event for event in said if event.body.get("text") == TEXT])


def _rooms(tenant: TenantRef, count: int) -> list[Room]:
    shop = Shop(tenant=tenant)
    address = f"agent-{secrets.token_hex(6)}@example.com"
    member = add_member(tenant=tenant, email=address, name="Ada", password=PASSWORD, role="agent")
    session = SessionStore()
    proof = Proof(way=Way.PASSWORD)
    begin(session=session, tenant=tenant, person_id=member.person_id, proof=proof, now=datetime.now(UTC))
    session.save()
    agent = of_member(member=member)
    return [Room(tenant, shop.welcome(text="hello"), agent, member.role, UUID(session["id"])) for _ in range(count)]
