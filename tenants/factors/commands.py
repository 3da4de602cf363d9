"""Changing one's own second factors: each change is told by mail and noted where it was done.

Whoever calls this has seen that it is the person themselves, lately (tenants/members/proving.py).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from tenants.audit.noting import who_is
from tenants.context import TenantRef, platform_context
from tenants.factors import code_apps, recovery_codes, security_keys
from tenants.factors.models import NAME_LENGTH, CodeApp, SecurityKey
from tenants.factors.queries import count_recovery_codes, has_factor
from tenants.factors.refusals import AddressNotProved, FactorRefused, TooManyFactors
from tenants.factors.security_keys import Ceremony
from tenants.factors.telling import tell
from tenants.members.ending import end_sessions
from tenants.members.member import Member
from tenants.members.people.way_back import keep_way_back
from tenants.models import Person
from tenants.refusals import Invalid, NotFound

MOST: Final = 20
Factor = CodeApp | SecurityKey


def begin_code_app(*, member: Member, name: str, now: datetime) -> CodeApp:
    """Draw the secret of an authenticator app; it counts once confirmed."""
    name = _checked_name(name)
    with platform_context(), transaction.atomic():
        person = _get_person(member.person_id)
        return code_apps.begin(person=person, name=name, now=now)


def confirm_code_app(*, tenant: TenantRef, member: Member, app_id: UUID, code: str, now: datetime) -> list[str]:
    """Let an app count whose code is right; answer recovery codes if these are the first, to be shown once."""
    with platform_context(), transaction.atomic():
        person = _get_person(member.person_id)
        app = code_apps.find_unconfirmed(person_id=person.id, app_id=app_id)
        if app is None:
            raise NotFound
        if not code_apps.confirm(app=app, code=code, now=now):
            raise FactorRefused
        return _added(tenant, member, app, now)


def add_security_key(
    *, tenant: TenantRef, member: Member, name: str, credential: dict[str, Any], ceremony: Ceremony, now: datetime
) -> tuple[SecurityKey, list[str]]:
    """Keep a new key; answer it, and recovery codes if these are the first, to be shown once."""
    name = _checked_name(name)
    with platform_context(), transaction.atomic():
        person = _get_person(member.person_id)
        key = security_keys.register(person=person, name=name, credential=credential, ceremony=ceremony, now=now)
        if key is None:
            raise FactorRefused(field="credential")
        return key, _added(tenant, member, key, now)


def rename(*, member: Member, factor_id: UUID, name: str) -> Factor:
    """Call a factor something else."""
    name = _checked_name(name)
    with platform_context(), transaction.atomic():
        factor = _get_factor(member.person_id, factor_id)
        factor.name = name
        factor.save(update_fields=["name"])
        return factor


def remove(*, tenant: TenantRef, member: Member, factor_id: UUID, now: datetime) -> bool:
    """Remove a factor; answer whether any is left. With the last go recovery codes and all other sessions.

    Raises LastWayBack where a company of theirs would lock itself out.
    """
    with platform_context(), transaction.atomic():
        _get_person(member.person_id)
        factor = _get_factor(member.person_id, factor_id)
        factor.delete()
        is_left = has_factor(person_id=member.person_id)
        if not is_left:
            keep_way_back(person=member.person_id)
            recovery_codes.forget(person_id=member.person_id)
            who, person = who_is(caller=member), member.person_id
            end_sessions(person=person, who=who, why="factor_removed", now=now, besides=member.session)
        tell(tenant=tenant, member=member, what="removed", factor_id=factor_id, name=factor.name, now=now)
        return is_left


def renew_recovery_codes(*, tenant: TenantRef, member: Member, now: datetime) -> list[str]:
    """Answer ten new codes, to be shown once; raise NotFound where there is no factor that they would stand in for."""
    with platform_context(), transaction.atomic():
        person = _get_person(member.person_id)
        if not has_factor(person_id=person.id):
            raise NotFound
        codes = recovery_codes.renew(person_id=person.id)
        tell(tenant=tenant, member=member, what="recovery_renewed", factor_id=person.id, name="", now=now)
        return codes


def _added(tenant: TenantRef, member: Member, factor: Factor, now: datetime) -> list[str]:
    if _count(member.person_id) > MOST:
        raise TooManyFactors
    tell(tenant=tenant, member=member, what="added", factor_id=factor.id, name=factor.name, now=now)
    if count_recovery_codes(person_id=member.person_id):
        return []
    return recovery_codes.renew(person_id=member.person_id)


def _get_person(person_id: UUID) -> Person:
    """Lock the person, so that their changes come one after the other."""
    person = Person.objects.select_for_update().get(id=person_id)
    if person.verified_at is None:
        raise AddressNotProved
    return person


def _get_factor(person_id: UUID, factor_id: UUID) -> Factor:
    kinds: Sequence[type[Factor]] = (CodeApp, SecurityKey)
    for kind in kinds:
        found = kind.objects.filter(id=factor_id, person_id=person_id).first()
        if found is not None:
            return found
    raise NotFound


def _count(person_id: UUID) -> int:
    apps = CodeApp.objects.filter(person_id=person_id, confirmed_at__isnull=False).count()
    return apps + SecurityKey.objects.filter(person_id=person_id).count()


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        detail = f"Use 1 to {NAME_LENGTH} printable characters."
        raise Invalid(errors=[{"field": "name", "code": "shape", "detail": detail}])
    return name
