"""Applying a macro by hand: all that it does in one transaction, by whoever applies it, with what they may do.

On the log each effect is theirs, known by the macro and its version.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.automation import performing
from conversations.automation.holding import hold
from conversations.automation.macro.body import KIND, Macro
from conversations.automation.rule.triggers import Subject
from conversations.definitions.queries import find_definition
from conversations.engine import log
from conversations.threads.actors import Actor
from conversations.threads.queries import get_conversation
from conversations.threads.rules import check_view
from conversations.tickets.rules.asking import check_handle
from tenants.database.models import new_id
from tenants.refusals import FieldError, Invalid, NotFound, Refusal


class MacroRefused(Refusal):
    """One of the macro's steps cannot be done; nothing of it was done."""

    code = "macro_refused"
    status = 409


def apply_macro(*, key: str, subject: Subject, id_: UUID, actor: Actor, now: datetime) -> None:
    """Do what a macro does about a conversation or ticket.

    Raises NotFound, NotAllowed, Invalid for a macro of the other kind, MacroRefused with the step that was refused.
    """
    _check(subject, id_, actor)
    row = find_definition(kind=KIND, key=key)
    if row is None:
        raise NotFound
    macro = msgspec.convert(row.body, Macro)
    if macro.about != subject:
        detail = f"This macro is for a {macro.about}."
        raise Invalid(errors=[{"field": "macro", "code": "not_for_this", "detail": detail}])
    errand = f"macro:{key}/{row.version}:{new_id().hex}"
    with transaction.atomic():
        hold(subject=subject, id_=id_, actions=macro.actions)
        for step, action in enumerate(macro.actions):
            job = performing.Job(
                subject=subject,
                id=id_,
                actor=replace(actor, errand=f"{errand}.{step}"),
                now=now,
                rule=key,
                version=row.version,
                position=log.get_position(),
            )
            try:
                performing.perform(action=action, job=job)
            except Refusal as refusal:
                error = FieldError(field=f"actions.{step}", code=refusal.code, detail=refusal.detail)
                raise MacroRefused(errors=[error]) from refusal


def _check(subject: Subject, id_: UUID, actor: Actor) -> None:
    """Refuse who may not see what it is about, before anything is told of macros."""
    if actor.kind == "contact":
        raise NotFound
    if subject == "conversation":
        check_view(contact=get_conversation(conversation=id_).contact_id, actor=actor)
    else:
        check_handle(actor=actor)
