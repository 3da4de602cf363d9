"""A rule follows what happened: asked, held, asked again, done, all of an event in one transaction.

Whatever is refused is told on the log, and stops nothing else. The reader's cursor moves in the same transaction, so
each action of each rule happens once an event; on the log it is known by the event's position besides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import transaction

from conversations.automation import performing
from conversations.automation.events import AUTOMATION, ActionRefused, RuleCut
from conversations.automation.holding import hold
from conversations.automation.rule.body import KIND
from conversations.automation.rule.triggers import Subject
from conversations.automation.rules.chains import DEEPEST, WINDOW_S, Chain, find_cut
from conversations.automation.rules.compiling import Compiled
from conversations.automation.rules.scene import Scene
from conversations.automation.seeing import look_at
from conversations.definitions.queries import get_versions
from conversations.engine import log
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.models import Event
from conversations.engine.streams import streams_of, subject_of
from conversations.threads.actors import cause_of, is_automatic, of_rule
from tenants.refusals import NotFound, Refusal

logger = structlog.get_logger(__name__)
LATELY: Final = 200  # events of a subject among which is looked for what a rule did of late


@dataclass(slots=True, kw_only=True)
class Case:
    """An event, the rules that it meets, and what they see."""

    event: Recorded
    subject: Subject
    id: UUID
    rules: Sequence[Compiled]
    scene: Scene
    now: datetime


def follow(*, event: Recorded, rules: Sequence[Compiled], now: datetime) -> None:
    """Let happen what these rules of one subject make of an event, in their order."""
    if not rules:
        return
    subject = rules[0].body.subject
    scene = look_at(event=event, subject=subject, now=now)
    if not any(rule.holds(scene) for rule in rules):
        return
    id_ = subject_of(stream=event.stream)
    case = Case(event=event, subject=subject, id=id_, rules=rules, scene=scene, now=now)
    with transaction.atomic():
        try:
            hold(subject=subject, id_=id_, actions=[action for rule in rules for action in rule.body.actions])
        except NotFound:
            return
        do_all(case=case)


def do_all(*, case: Case) -> None:
    """Do what the rules of a case do, in their order, each asked anew; the caller holds what that takes."""
    chain = read_chain(event=case.event)
    case.scene.forget()
    for rule in case.rules:
        if not rule.holds(case.scene):
            continue
        why = find_cut(chain=chain, rule=rule.key, lately=_count_lately(rule, case))
        if why is not None:
            cut = RuleCut(
                rule=rule.key,
                version=rule.version,
                position=case.event.position,
                subject=case.subject,
                id=case.id,
                why=why,
                chain=chain.rules,
            )
            _tell(cut, rule, case, f"cut:{case.event.position}:{case.id}")
            continue
        for step, _ in enumerate(rule.body.actions):
            _do(rule, step, case)
        case.scene.forget()
        if rule.body.stop:
            return


def _do(rule: Compiled, step: int, case: Case) -> None:
    action, position = rule.body.actions[step], case.event.position
    job = performing.Job(
        subject=case.subject,
        id=case.id,
        actor=of_rule(version=rule.id, name=rule.body.name, position=position, step=step),
        now=case.now,
        rule=rule.key,
        version=rule.version,
        position=position,
    )
    try:
        with transaction.atomic():
            performing.perform(action=action, job=job)
    except Refusal as refusal:
        logger.info("automation.refused", rule=rule.key, step=step, code=refusal.code)
        refused = ActionRefused(
            rule=rule.key,
            version=rule.version,
            position=position,
            subject=case.subject,
            id=case.id,
            step=step,
            action=str(type(action).__struct_config__.tag),
            code=refusal.code,
        )
        _tell(refused, rule, case, f"refused:{position}.{step}:{case.id}")


def _tell(fact: Fact, rule: Compiled, case: Case, client_id: str) -> None:
    log.append(drafts=[Draft(subject=AUTOMATION, fact=fact, sender=rule.id, client_id=client_id)], at=case.now)


def read_chain(*, event: Recorded) -> Chain:
    """Answer because of which rules an event happened: each effect names its rule, and the event before it."""
    senders: list[UUID] = []
    each: Recorded | None = event
    while each is not None and is_automatic(client_id=each.client_id) and each.client_id and each.sender:
        senders.append(each.sender)
        if len(senders) >= DEEPEST:
            break
        position = cause_of(client_id=each.client_id)
        each = log.read_at(positions=[position]).get(position)
    versions = get_versions(ids=set(senders)) if senders else {}
    keys = [versions[sender].key for sender in senders if sender in versions and versions[sender].kind == KIND]
    return Chain(rules=tuple(reversed(keys)))


def _count_lately(rule: Compiled, case: Case) -> int:
    """Answer because of how many events a rule did something about the same thing of late."""
    since = case.now - timedelta(seconds=WINDOW_S)
    causes: set[str] = set()
    for stream in streams_of(subject=case.id):
        rows = Event.objects.filter(stream=stream).order_by("-seq").values_list("sender", "client_id", "at")[:LATELY]
        causes |= {
            client_id.partition(".")[0]
            for sender, client_id, at in rows
            if sender == rule.id and client_id is not None and at > since
        }
    return len(causes)
