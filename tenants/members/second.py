"""The second step of signing in: asking for a second factor, and taking it."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenants.audit.noting import Target, Who, note
from tenants.context import TenantRef, platform_context
from tenants.factors import security_keys
from tenants.factors.accepting import Shown, accept
from tenants.factors.queries import get_methods
from tenants.factors.telling import tell
from tenants.guessing import Guesses
from tenants.members.member import Member
from tenants.members.proving import ceremony_at
from tenants.members.queries import find_membership, member_from
from tenants.members.refusals import NotWaiting, SecondFactorNeeded, WrongFactor
from tenants.members.waiting import Waiting, new_nonce, use_up
from tenants.tries import network_of

FACTORS: Final = Guesses(name="second-factor")


def ask(*, request: HttpRequest, waiting: Waiting, again: bool = False) -> SecondFactorNeeded:
    """Answer the refusal that says how the second factor can be shown, `again` after a wrong one."""
    ceremony = ceremony_at(request=request, nonce=waiting.challenge)
    with platform_context():
        methods = get_methods(person_id=waiting.person, site=ceremony.site if ceremony else None)
        options = None
        if ceremony and "webauthn" in methods:
            options = security_keys.showing(person_id=waiting.person, ceremony=ceremony)
    kind = WrongFactor if again else SecondFactorNeeded
    return kind(waiting=waiting, methods=methods, options=options)


def take(*, request: HttpRequest, tenant: TenantRef, waiting: Waiting, shown: Shown, now: datetime) -> UUID:
    """Answer the person who has now shown both factors.

    Raises WrongFactor, which carries what they wait with from now on, NotWaiting or TooManyTries. `admit` comes next.
    """
    place, account = network_of(request), str(waiting.person)
    FACTORS.enter(place=place, account=account)
    if not use_up(nonce=waiting.nonce, until=waiting.until):
        raise NotWaiting
    member = _get_member(tenant, waiting)
    ceremony = ceremony_at(request=request, nonce=waiting.challenge)
    with platform_context(), transaction.atomic():
        right = accept(person_id=waiting.person, shown=shown, ceremony=ceremony, now=now)
        _note(tenant, member, shown, now, right=right)
    if not right:
        raise ask(request=request, waiting=msgspec.structs.replace(waiting, nonce=new_nonce()), again=True)
    FACTORS.succeeded(place=place, account=account)
    return waiting.person


def _get_member(tenant: TenantRef, waiting: Waiting) -> Member:
    """Answer who waits: a member still, under the password that they have shown."""
    found = find_membership(tenant=tenant, person_id=waiting.person)
    if found is None or not constant_time_compare(found.person.get_session_auth_hash(), waiting.password):
        raise NotWaiting
    return member_from(found)


def _note(tenant: TenantRef, member: Member, shown: Shown, now: datetime, *, right: bool) -> None:
    who = Who(kind="member", id=member.person_id, label=member.name)
    if right and shown.method == "recovery_code":
        tell(tenant=tenant, member=member, what="recovery_used", factor_id=member.person_id, name="", now=now)
    if not right:
        target = Target(kind="member", id=str(member.person_id), label=member.name)
        after = {"way": shown.method}
        note(tenant=tenant.id, who=who, action="session.refused", target=target, now=now, after=after)
