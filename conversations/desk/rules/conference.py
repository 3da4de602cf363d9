"""Who may answer in a conversation besides whoever has it: they are invited, and come or do not. Pure."""

from uuid import UUID

from conversations.desk.events import (
    ConversationInvitationDeclined,
    ConversationInvited,
    ConversationJoined,
    ConversationLeft,
)
from conversations.desk.rules.offers import AtCapacity, check_hand_on
from conversations.desk.rules.work import Work
from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.rules import Conversation, check_view
from tenants.refusals import NotAllowed, NotFound, Refusal


class NotInvited(Refusal):
    """You are not invited to this conversation any more."""

    code = "not_invited"
    status = 409


def invite(*, state: Conversation, work: Work, actor: Actor, to: UUID, name: str, words: str) -> list[Fact]:
    """Ask a colleague to come; whoever may hand a conversation on may."""
    check_hand_on(state=state, actor=actor)
    if to == state.assignee or to in work.joined or to in work.invited:
        return []
    return [ConversationInvited(to=to, name=name, by=actor.id, words=words)]


def join(*, state: Conversation, work: Work, actor: Actor, has_room: bool) -> list[Fact]:
    """Come; more than fits only those may who may assign."""
    check_side(state=state, actor=actor)
    if actor.id in work.joined:
        return []
    if actor.id not in work.invited:
        raise NotInvited
    if not has_room and not actor.may("conversations.assign"):
        raise AtCapacity
    return [ConversationJoined(member=actor.id, name=actor.name)]


def decline_invitation(*, state: Conversation, work: Work, actor: Actor) -> list[Fact]:
    """Not come."""
    check_side(state=state, actor=actor)
    if actor.id not in work.invited:
        raise NotInvited
    return [ConversationInvitationDeclined(by=actor.id)]


def leave(*, state: Conversation, work: Work, actor: Actor) -> list[Fact]:
    """Go again; whoever is not there has gone."""
    check_side(state=state, actor=actor)
    return go(work=work, member=actor.id)


def go(*, work: Work, member: UUID) -> list[Fact]:
    """Answer what it means that a member is not there any more, whatever they were."""
    if member in work.invited:
        return [ConversationInvitationDeclined(by=member)]
    return [ConversationLeft(member=member)] if member in work.joined else []


def check_side(*, state: Conversation, actor: Actor) -> None:
    """Refuse who cannot answer here anyway: no contact, and nobody without leave to take something."""
    if actor.kind == "contact":
        raise NotFound
    check_view(contact=state.contact, actor=actor)
    if not actor.may("conversations.take"):
        raise NotAllowed
