"""What can be asked of a conversation: lock, load, decide, append, in one transaction."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from conversations.audit import commands as audit
from conversations.engine import log, timers
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.streams import new_subject
from conversations.threads import rules
from conversations.threads.actors import Actor, as_who
from conversations.threads.events import ContactMerged, ConversationIntroduced, ConversationStarted, Priority
from conversations.threads.mentions import get_readers, write_mentions
from conversations.threads.models import ConversationRow
from conversations.threads.projections import CONVERSATIONS
from conversations.threads.queries import get_conversation, get_state, is_message
from tenants.audit.noting import Target
from tenants.members.queries import get_colleagues
from tenants.refusals import Invalid, NotAllowed

Decide = Callable[[rules.Conversation], Sequence[Fact]]

# A port that config/wiring.py fills: what else may refuse that somebody helps themselves.
before_taking: list[Callable[[UUID, Actor], None]] = []


def start_conversation(
    *, contact: UUID, inbox: str, channel: str, now: datetime, introduced: ConversationIntroduced | None = None
) -> UUID:
    """Open a conversation of this contact; answer its id. Open ones are not looked for here."""
    subject = new_subject()
    with transaction.atomic():
        ConversationRow(id=subject, contact_id=contact, inbox=inbox, started_at=now, last_at=now).save(
            force_insert=True
        )
        log.open_streams(subject=subject)
        facts = [fact for fact in (ConversationStarted(inbox=inbox, channel=channel), introduced) if fact is not None]
        drafts = [Draft(subject=subject, fact=fact, sender=contact) for fact in facts]
        log.append(drafts=drafts, at=now, projections=[CONVERSATIONS])
    return subject


def hand_over(*, was: UUID, contact: UUID, name: str, external_id: str, now: datetime) -> None:
    """Give all conversations of one contact to another, who is vouched for; the caller's transaction holds both.

    Each keeps its id, its history and whether it is open. Sessions that were let into them have to ask again.
    """
    found = sorted(ConversationRow.objects.filter(contact_id=was).values_list("id", flat=True))
    log.lock(subjects=found)
    log.move_access(subjects=found)
    ConversationRow.objects.filter(id__in=found).update(contact_id=contact)
    merged = ContactMerged(was=was, contact=contact, name=name, external_id=external_id)
    drafts = [Draft(subject=conversation, fact=merged, sender=contact) for conversation in found]
    log.append(drafts=drafts, at=now, projections=[CONVERSATIONS])


def take(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Let `actor` answer from now on; raise what the rules or the desk refuse."""
    with transaction.atomic():
        if get_state(conversation=conversation).status == "open":
            for check in before_taking:
                check(conversation, actor)

        def decide(state: rules.Conversation) -> Sequence[Fact]:
            facts = rules.take(state=state, actor=actor)
            if facts and state.assignee is not None:  # held already, and nothing is appended yet
                _audit_taking_over(state, actor, now)
            return facts

        _change(conversation, actor, now, decide)


def assign(*, conversation: UUID, actor: Actor, to: UUID | None, now: datetime) -> None:
    """Give the conversation to a live member of the tenant, or to nobody."""
    if not (actor.may("conversations.assign") or actor.may("conversations.take")):
        raise NotAllowed  # before anybody is looked up: who may not assign learns nothing about members
    name = None if to is None else _assignable(to)
    _change(conversation, actor, now, lambda state: rules.assign(state=state, actor=actor, to=to, name=name))


def post_message(
    *, conversation: UUID, actor: Actor, text: str, client_id: str, now: datetime, reply_to: int | None = None
) -> Recorded:
    """Say something to the other side, perhaps in answer to a message; the same client id answers the first one."""

    def decide(state: rules.Conversation) -> Sequence[Fact]:
        rules.check_write(contact=state.contact, actor=actor, blocked=state.blocked)
        _check_quote(conversation, reply_to)
        return [rules.post(actor=actor, text=text, reply_to=reply_to)]

    return _change(conversation, actor, now, decide, client_id)[0]


def mark_read(*, conversation: UUID, actor: Actor, seq: int, now: datetime) -> None:
    """Mark everything up to `seq` as read by the actor's side; the same mark again is one."""

    def decide(state: rules.Conversation) -> Sequence[Fact]:
        rules.check_write(contact=state.contact, actor=actor)
        return rules.mark(actor=actor, seq=seq, head=get_conversation(conversation=conversation).public_seq)

    _change(conversation, actor, now, decide, f"read:{seq}")


def add_note(
    *,
    conversation: UUID,
    actor: Actor,
    text: str,
    client_id: str,
    now: datetime,
    reply_to: int | None = None,
    tells: Sequence[UUID] = (),
) -> Recorded:
    """Leave an internal note; the same client id again answers the first one. Whom it names by @ is told.

    So are those whom it `tells` besides, as far as they may see notes.
    """
    colleagues = get_readers(besides=actor.id) if tells or rules.may_name(text=text) else {}
    named = rules.find_mentions(text=text, colleagues=colleagues)
    mentions = list(dict.fromkeys([*named, *(member for member in tells if member in colleagues)]))

    def decide(state: rules.Conversation) -> Sequence[Fact]:
        facts = rules.note(state=state, actor=actor, text=text, mentions=mentions, reply_to=reply_to)
        _check_quote(conversation, reply_to)
        return facts

    with transaction.atomic():
        recorded = _change(conversation, actor, now, decide, client_id)[0]
        write_mentions(notes=[recorded])
    return recorded


def tag(*, conversation: UUID, actor: Actor, add: Sequence[str], remove: Sequence[str], now: datetime) -> None:
    """Put labels on and take some off; the same again changes nothing."""
    _change(conversation, actor, now, lambda s: rules.tag(state=s, actor=actor, add=add, remove=remove))


def prioritize(*, conversation: UUID, actor: Actor, priority: Priority, now: datetime) -> None:
    """Say how urgent it is; the same again changes nothing."""
    _change(conversation, actor, now, lambda state: rules.prioritize(state=state, actor=actor, priority=priority))


def resolve(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Call it settled."""
    _change(conversation, actor, now, lambda state: rules.resolve(state=state, actor=actor))


def reopen(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Take it up again."""
    _change(conversation, actor, now, lambda state: rules.reopen(state=state, actor=actor))


def snooze(*, conversation: UUID, actor: Actor, until: datetime | None, now: datetime) -> None:
    """Put it away until then, or until its contact writes; raise Invalid for a time that is past or far away."""

    def decide(state: rules.Conversation) -> Sequence[Fact]:
        head = get_conversation(conversation=conversation).public_seq
        return rules.snooze(state=state, actor=actor, until=wanted, head=head, now=now)

    wanted = until and until.astimezone(UTC)  # written as it is shown
    with transaction.atomic():
        _change(conversation, actor, now, decide)
        timers.call_by(due=wanted)


def wake(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Have back what is snoozed."""
    _change(conversation, actor, now, lambda state: rules.wake(state=state, actor=actor))


def reopen_for_message(*, conversation: UUID, actor: Actor, seq: int, now: datetime, release: bool = False) -> None:
    """Take it up again because of what the contact said at `seq`, unless it was settled after that.

    With `release` it is nobody's before it is open again.
    """

    def decide(state: rules.Conversation) -> Sequence[Fact]:
        if not rules.is_reopened_by(state=state, seq=seq):
            return []
        released = rules.assign(state=state, actor=actor, to=None, name=None) if release else []
        return [*released, *rules.reopen(state=state, actor=actor)]

    _change(conversation, actor, now, decide)


def record(*, drafts: Sequence[Draft], at: datetime) -> list[Recorded]:
    """Write what another room has decided about conversations; the caller holds them."""
    return log.append(drafts=drafts, at=at, projections=[CONVERSATIONS])


def _change(
    conversation: UUID, actor: Actor, now: datetime, decide: Decide, client_id: str | None = None
) -> list[Recorded]:
    with transaction.atomic():
        log.lock(subjects=[conversation])
        facts = decide(get_state(conversation=conversation))
        drafts = [
            Draft(subject=conversation, fact=fact, sender=actor.id, client_id=client_id or actor.name_for(nth=nth))
            for nth, fact in enumerate(facts)
        ]
        return log.append(drafts=drafts, at=now, projections=[CONVERSATIONS])


def _check_quote(conversation: UUID, reply_to: int | None) -> None:
    if reply_to is not None:
        rules.check_quote(reply_to=reply_to, is_there=is_message(conversation=conversation, seq=reply_to))


def _audit_taking_over(state: rules.Conversation, actor: Actor, now: datetime) -> None:
    target = Target(kind="conversation", id=str(state.id))
    before, after = {"assignee": str(state.assignee)}, {"assignee": str(actor.id)}
    who = as_who(actor=actor)
    audit.record(who=who, action="conversation.taken_over", target=target, now=now, before=before, after=after)


def _assignable(person: UUID) -> str:
    for each in get_colleagues():
        if each.person_id == person and "conversations.reply" in each.permissions:
            return each.name
    raise Invalid(errors=[{"field": "member", "code": "not_found", "detail": "No such member can answer here."}])
