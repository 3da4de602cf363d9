"""One's own name and language: the same in every company, so nobody else changes them."""

from datetime import datetime
from typing import Final

from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.models import Person
from tenants.refusals import Invalid
from tenants.text import is_storable

NAME_LENGTH: Final = 100


def change_profile(
    *, tenant: TenantRef, member: Member, now: datetime, name: str | None = None, language: str | None = None
) -> None:
    """Change name and language; None leaves one as it is. It is noted where it is done. Raises Invalid."""
    changes = {}
    if name is not None:
        name = name.strip()
        if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable() or not is_storable(text=name):
            raise Invalid(errors=[{"field": "name", "code": "shape", "detail": "Enter your name, on one line."}])
        changes["name"] = name
    if language is not None:
        changes["language"] = language
    with platform_context(), transaction.atomic():
        person = Person.objects.select_for_update().get(id=member.person_id)
        before = {field: getattr(person, field) for field, value in changes.items() if getattr(person, field) != value}
        if not before:
            return
        after = {field: changes[field] for field in before}
        Person.objects.filter(id=person.id).update(**after)
        who, target = who_is(caller=member), Target(kind="person", id=str(person.id), label=person.name)
        note(tenant=tenant.id, who=who, action="profile.changed", target=target, now=now, before=before, after=after)
