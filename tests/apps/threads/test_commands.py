"""Commands: what they append, what they refuse, and what happens when two ask at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from conversations.channels.webchat.commands import get_conversation_to_write_in, let_in
from conversations.engine.batch import ClientIdReused
from conversations.engine.streams import new_subject
from conversations.threads import commands, rules
from conversations.threads.actors import Actor, of_member
from conversations.threads.events import ConversationResolved
from conversations.threads.queries import find_current, get_conversation
from tenants.context import TenantRef, tenant_context
from tenants.refusals import Invalid, NotAllowed, NotFound, Refusal
from tests.conftest import MakeMember
from tests.shop import Guest, Shop

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
AT_ONCE = 4


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome()


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Actor:
    return of_member(member=make_member(shop.tenant))


def at_once(tenant: TenantRef, works: list[Callable[[], object]]) -> list[object]:
    """Run all at the same moment, each with a connection of its own; answer what came out, refusals included."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        try:
            with tenant_context(tenant):
                barrier.wait(10)
                return work()
        except Refusal as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def kinds(shop: Shop, guest: Guest) -> list[str]:
    return [event.kind for event in shop.read(guest.conversation)]


def test_a_whole_story(shop: Shop, guest: Guest, agent: Actor) -> None:
    with tenant_context(shop.tenant):
        commands.take(conversation=guest.conversation, actor=agent, now=NOW)
        commands.take(conversation=guest.conversation, actor=agent, now=NOW)
        commands.add_note(conversation=guest.conversation, actor=agent, text="n", client_id="1", now=NOW)
        commands.resolve(conversation=guest.conversation, actor=agent, now=NOW)
        commands.resolve(conversation=guest.conversation, actor=agent, now=NOW)
        commands.reopen(conversation=guest.conversation, actor=agent, now=NOW)
        row = get_conversation(conversation=guest.conversation)
    assert (row.assignee, row.status, row.public_seq, row.staff_seq) == (agent.id, "open", 3, 2)
    assert kinds(shop, guest) == [
        "conversation.started.v1",
        "conversation.assigned.v1",
        "note.posted.v1",
        "conversation.resolved.v1",
        "conversation.reopened.v1",
    ]


def test_two_agents_take_at_once_and_one_wins(shop: Shop, guest: Guest, make_member: MakeMember) -> None:
    agents = [of_member(member=make_member(shop.tenant, name=f"Agent {n}")) for n in range(AT_ONCE)]

    def take(actor: Actor) -> Callable[[], object]:
        return lambda: commands.take(conversation=guest.conversation, actor=actor, now=NOW)

    found = at_once(shop.tenant, [take(actor) for actor in agents])
    assert sorted(map(str, found)) == sorted(map(str, [None, *[rules.AlreadyTaken] * (AT_ONCE - 1)]))
    assert kinds(shop, guest).count("conversation.assigned.v1") == 1
    with tenant_context(shop.tenant):
        assert get_conversation(conversation=guest.conversation).assignee == agents[found.index(None)].id


def test_two_tabs_start_one_conversation(shop: Shop) -> None:
    with tenant_context(shop.tenant):
        visitor = let_in(inbox=shop.inbox, token=None, now=NOW).actor

    def start() -> object:
        return get_conversation_to_write_in(contact=visitor.id, inbox=shop.inbox, now=NOW)

    found = at_once(shop.tenant, [start] * AT_ONCE)
    assert len(set(found)) == 1
    with tenant_context(shop.tenant):
        assert find_current(contact=visitor.id) == found[0]


def test_a_note_sent_twice_at_once_is_one(shop: Shop, guest: Guest, agent: Actor) -> None:
    def note() -> object:
        return commands.add_note(
            conversation=guest.conversation, actor=agent, text="n", client_id="same", now=NOW
        ).position

    found = at_once(shop.tenant, [note] * AT_ONCE)
    assert len(set(found)) == 1
    assert kinds(shop, guest).count("note.posted.v1") == 1


def test_a_note_with_a_used_id_and_another_text_is_refused(shop: Shop, guest: Guest, agent: Actor) -> None:
    with tenant_context(shop.tenant):
        commands.add_note(conversation=guest.conversation, actor=agent, text="a", client_id="1", now=NOW)
        with pytest.raises(ClientIdReused):
            commands.add_note(conversation=guest.conversation, actor=agent, text="b", client_id="1", now=NOW)
    assert kinds(shop, guest).count("note.posted.v1") == 1


def test_assign_to_who_can_answer_here(
    shop: Shop, guest: Guest, make_member: MakeMember, make_tenant: Callable[[], TenantRef]
) -> None:
    boss = of_member(member=make_member(shop.tenant, role="supervisor"))
    agent, viewer = make_member(shop.tenant), make_member(shop.tenant, role="viewer")
    stranger = make_member(make_tenant())
    with tenant_context(shop.tenant):
        commands.assign(conversation=guest.conversation, actor=boss, to=agent.person_id, now=NOW)
        for other in (viewer.person_id, stranger.person_id, uuid4()):
            with pytest.raises(Invalid) as refused:
                commands.assign(conversation=guest.conversation, actor=boss, to=other, now=NOW)
            assert refused.value.errors[0]["detail"] == "No such member can answer here."
        assert get_conversation(conversation=guest.conversation).assignee == agent.person_id
        with pytest.raises(NotAllowed):
            commands.assign(conversation=guest.conversation, actor=of_member(member=viewer), to=None, now=NOW)
        commands.assign(conversation=guest.conversation, actor=boss, to=None, now=NOW)
        assert get_conversation(conversation=guest.conversation).assignee is None


def test_what_does_not_exist_is_not_found(shop: Shop, agent: Actor) -> None:
    asked: dict[str, Any] = {"conversation": new_subject(), "actor": agent, "now": NOW}
    with tenant_context(shop.tenant):
        for command in (commands.take, commands.resolve, commands.reopen):
            with pytest.raises(NotFound):
                command(**asked)
        with pytest.raises(NotFound):
            commands.assign(**asked, to=agent.id)
        with pytest.raises(NotFound):
            commands.add_note(**asked, text="x", client_id="1")


def test_a_visitor_goes_on_where_somebody_spoke_last_of_the_open_ones(shop: Shop, guest: Guest) -> None:
    shop.write(guest.conversation, [ConversationResolved()])
    with tenant_context(shop.tenant):
        assert find_current(contact=guest.actor.id) == guest.conversation
        now = datetime.now(UTC)
        newer = commands.start_conversation(contact=guest.actor.id, inbox=shop.inbox, channel="webchat", now=now)
        assert find_current(contact=guest.actor.id) == newer
    shop.write(newer, [ConversationResolved()])
    with tenant_context(shop.tenant):
        assert find_current(contact=guest.actor.id) == newer
