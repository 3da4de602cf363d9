"""What people do about what they are offered or have: accept, decline, hand on."""

from uuid import UUID

from conversations.desk.events import ConversationOfferDeclined, ConversationTransferred
from conversations.desk.rules.work import Work
from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import ConversationAssigned
from conversations.threads.rules import Conversation, ConversationIsResolved, check_view
from tenants.refusals import NotAllowed, NotFound, Refusal


class OfferGone(Refusal):
    """This is not offered to you any more."""

    code = "offer_gone"
    status = 409


class AtCapacity(Refusal):
    """There is no room for one more conversation."""

    code = "at_capacity"
    status = 409


class OfferedToAnother(Refusal):
    """A colleague is being asked to answer here."""

    code = "offered"
    status = 409


def accept(*, work: Work, actor: Actor) -> list[Fact]:
    """Take what is offered: whatever the clock says, while nothing else has happened to the offer."""
    _check_offered(work, actor)
    return [ConversationAssigned(to=actor.id, name=actor.name)]


def decline(*, work: Work, actor: Actor) -> list[Fact]:
    """Leave it to somebody else."""
    _check_offered(work, actor)
    return [ConversationOfferDeclined(by=actor.id)]


def check_take(*, work: Work, actor: Actor, has_room: bool) -> None:
    """Refuse who helps themselves to more than fits, or to what another is asked about; those who may assign may.

    Who may not take anything is refused by the taking itself.
    """
    if actor.may("conversations.assign") or work.member == actor.id or not actor.may("conversations.take"):
        return
    if work.state == "offered":
        raise OfferedToAnother
    if not has_room:
        raise AtCapacity


def check_hand_on(*, state: Conversation, actor: Actor) -> None:
    """Refuse who may not hand a conversation on: it takes having it, or being allowed to assign."""
    if actor.kind == "contact":
        raise NotFound
    check_view(contact=state.contact, actor=actor)
    if not actor.may("conversations.assign") and not (state.assignee == actor.id and actor.may("conversations.take")):
        raise NotAllowed
    if state.status == "resolved":
        raise ConversationIsResolved


def hand_to_agent(*, state: Conversation, actor: Actor, to: UUID, name: str, has_room: bool, words: str) -> list[Fact]:
    """Hand it to a colleague; more than fits only those may who may assign."""
    if not has_room and not actor.may("conversations.assign"):
        raise AtCapacity
    if state.assignee == to:
        return []
    return [
        ConversationTransferred(by=actor.id, words=words, agent=to),
        ConversationAssigned(to=to, name=name),
    ]


def _check_offered(work: Work, actor: Actor) -> None:
    if actor.kind == "contact":
        raise NotFound
    if not actor.may("conversations.take"):
        raise NotAllowed
    if work.state != "offered" or work.member != actor.id:
        raise OfferGone
