"""Changing one's own account. A person is the same in every tenant, so nobody else does this for them."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, platform_context
from tenants.members.ending import end_sessions
from tenants.members.member import Member
from tenants.members.resets.commands import close_resets
from tenants.members.sessions import keep_password
from tenants.models import Person
from tenants.provisioning.validation import password_errors
from tenants.refusals import Invalid, NotFound, Refusal


class WrongPassword(Refusal):
    """This is not your password."""

    code = "wrong_password"
    status = 403


def change_password(
    *, tenant: TenantRef, member: Member, session: SessionBase, old: str, new: str, now: datetime
) -> None:
    """Change the password and end all other sessions of the person, everywhere. Raises WrongPassword or Invalid."""
    with platform_context():
        person = Person.objects.get(id=member.person_id)
        if not check_password(old, person.password):
            raise WrongPassword
        errors = password_errors(password=new, email=person.email, name=person.name)
        if errors:
            raise Invalid(errors=[{**error, "field": "new"} for error in errors])
        before, hashed = person.password, make_password(new)
        with transaction.atomic():
            if not Person.objects.filter(id=person.id, password=before).update(password=hashed):
                raise WrongPassword  # it was changed elsewhere in this very moment
            close_resets(person=person, now=now)
            who, target = who_is(caller=member), Target(kind="person", id=str(person.id), label=person.name)
            note(tenant=tenant.id, who=who, action="password.changed", target=target, now=now, after={"way": "own"})
            end_sessions(person=person.id, who=who, why="password_changed", now=now, besides=member.session)
        person.password = hashed
    keep_password(session=session, person=person)


def end_session(*, tenant: TenantRef, member: Member, session: UUID, now: datetime) -> None:
    """End one of one's own sessions in this tenant; raise NotFound."""
    with platform_context(), transaction.atomic():
        who = who_is(caller=member)
        if not end_sessions(person=member.person_id, who=who, why="ended", now=now, tenant=tenant.id, only=session):
            raise NotFound


def end_other_sessions(*, tenant: TenantRef, member: Member, now: datetime) -> int:
    """End all of one's own sessions in this tenant but the one in hand; answer how many."""
    with platform_context(), transaction.atomic():
        return end_sessions(
            person=member.person_id,
            who=who_is(caller=member),
            why="ended",
            now=now,
            tenant=tenant.id,
            besides=member.session,
        )
