"""Doing what rules and macros say, by the commands that people use: each is refused, or happens, by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conversations.automation.events import AUTOMATION, Signalled
from conversations.automation.rule import actions
from conversations.automation.rule.actions import AnyAction
from conversations.automation.rule.triggers import Subject
from conversations.desk.commands import To, hand_on
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.threads import commands as threads
from conversations.threads.actors import Actor
from conversations.threads.queries import get_conversation
from conversations.tickets.commands import belonging, changing, opening
from conversations.tickets.rules.changing import Said, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do: about what, by whom, because of which event and by which version of a rule or macro."""

    subject: Subject
    id: UUID
    actor: Actor
    now: datetime
    rule: str
    version: int
    position: int


def perform(*, action: AnyAction, job: Job) -> None:
    """Do it; raise the refusal of the command that does. The caller holds everything that this may lock."""
    _DOERS[type(action)](action, job)


def _set_priority(action: actions.SetPriority, job: Job) -> None:
    if job.subject == "conversation":
        threads.prioritize(conversation=job.id, actor=job.actor, priority=action.priority, now=job.now)
    else:
        _change(job, Wanted(priority=action.priority))


def _tag(action: actions.PutTags, job: Job) -> None:
    threads.tag(conversation=job.id, actor=job.actor, add=action.add, remove=action.remove, now=job.now)


def _assign(action: actions.Assign, job: Job) -> None:
    if job.subject == "conversation":
        threads.assign(conversation=job.id, actor=job.actor, to=action.member, now=job.now)
    else:
        _change(job, Wanted(owner=action.member))


def _hand_on(action: actions.HandOn, job: Job) -> None:
    queue, team = action.queue or None, action.team or None
    if job.subject == "conversation":
        to = To(queue=queue, team=team)
        hand_on(conversation=job.id, actor=job.actor, to=to, words=action.words, now=job.now)
    else:
        _change(job, Wanted(team=team))


def _resolve(_action: actions.Resolve, job: Job) -> None:
    threads.resolve(conversation=job.id, actor=job.actor, now=job.now)


def _reopen(_action: actions.Reopen, job: Job) -> None:
    threads.reopen(conversation=job.id, actor=job.actor, now=job.now)


def _snooze(action: actions.Snooze, job: Job) -> None:
    until = job.now + timedelta(seconds=action.for_s) if isinstance(action.for_s, int) else None
    threads.snooze(conversation=job.id, actor=job.actor, until=until, now=job.now)


def _set_status(action: actions.SetStatus, job: Job) -> None:
    _change(job, Wanted(status=action.status))


def _set_field(action: actions.SetField, job: Job) -> None:
    _change(job, Wanted(fields={action.field: action.value}))


def _watch(action: actions.Watch, job: Job) -> None:
    belonging.watch(ticket=job.id, member=action.member, actor=job.actor, now=job.now)


def _reply(action: actions.Reply, job: Job) -> None:
    # People say it themselves, whoever wrote the macro.
    actor = replace(job.actor, name=action.signed) if job.actor.kind == "rule" else job.actor
    said = _name(job)
    if job.subject == "conversation":
        threads.post_message(conversation=job.id, actor=actor, text=action.text, client_id=said, now=job.now)
    else:
        changing.comment(ticket=job.id, actor=actor, said=Said(text=action.text), client_id=said, now=job.now)


def _note(action: actions.Note, job: Job) -> None:
    said: dict[str, Any] = {"actor": job.actor, "client_id": _name(job), "now": job.now}
    if job.subject == "conversation":
        threads.add_note(conversation=job.id, text=action.text, tells=action.tells, **said)
        return
    changing.comment(ticket=job.id, said=Said(text=action.text, among_staff=True), **said)
    for nth, member in enumerate(action.tells, start=1):
        actor = replace(job.actor, errand=f"{job.actor.errand}.{nth}")
        belonging.watch(ticket=job.id, member=member, actor=actor, now=job.now)


def _open_ticket(action: actions.OpenTicket, job: Job) -> None:
    wanted = Wanted(title=action.title, text=action.text, priority=action.priority, team=action.team)
    contact = get_conversation(conversation=job.id).contact_id
    opening.open_ticket(
        actor=job.actor, wanted=wanted, now=job.now, type_=action.type, contact=contact, conversation=job.id
    )


def _signal(action: actions.Signal, job: Job) -> None:
    fact = Signalled(
        rule=job.rule, version=job.version, position=job.position, subject=job.subject, id=job.id, name=action.name
    )
    draft = Draft(subject=AUTOMATION, fact=fact, sender=job.actor.id, client_id=f"{_name(job)}:{job.id}")
    log.append(drafts=[draft], at=job.now)


def _change(job: Job, wanted: Wanted) -> None:
    changing.change(ticket=job.id, actor=job.actor, wanted=wanted, now=job.now)


def _name(job: Job) -> str:
    """Answer what the one event of an action is known by."""
    return job.actor.name_for(nth=0) or ""


_DOERS: Final[Mapping[type, Callable[[Any, Job], None]]] = {
    actions.SetPriority: _set_priority,
    actions.PutTags: _tag,
    actions.Assign: _assign,
    actions.HandOn: _hand_on,
    actions.Resolve: _resolve,
    actions.Reopen: _reopen,
    actions.Snooze: _snooze,
    actions.SetStatus: _set_status,
    actions.SetField: _set_field,
    actions.Watch: _watch,
    actions.Reply: _reply,
    actions.Note: _note,
    actions.OpenTicket: _open_ticket,
    actions.Signal: _signal,
}
