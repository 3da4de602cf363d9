"""Signing in and out of a browser session. Every way in ends in `admit`, where the company's rules are asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from tenants.audit.noting import NOBODY, Target, note, who_is
from tenants.context import TenantRef, platform_context
from tenants.factors.accepting import Shown
from tenants.factors.queries import has_factor
from tenants.guessing import Guesses
from tenants.members import second, sessions, waiting
from tenants.members.commands import check_credentials, password_is
from tenants.members.ending import end_sessions
from tenants.members.member import Member
from tenants.members.proof import Proof, Verdict, Way, judge
from tenants.members.queries import find_membership, house_of, member_from
from tenants.members.refusals import NotWaiting, OwnMeansNeeded, SecondFactorNeeded, SsoOnly, WrongCredentials
from tenants.models import Membership, Person
from tenants.sso.linking import connect
from tenants.text import is_storable
from tenants.tries import network_of

PASSWORDS: Final = Guesses(name="sign-in")


def admit(
    *,
    request: HttpRequest,
    tenant: TenantRef,
    person_id: UUID,
    proof: Proof,
    now: datetime,
    onward: str = "/",
    link: Mapping[str, str] | None = None,
) -> Member:
    """Let in who has proved to be a person: THE end of every way in. Begins the session and answers the member.

    Raises WrongCredentials where they are no live member, SsoOnly or OwnMeansNeeded where the company's rules say no,
    and SecondFactorNeeded once the session is the half one that /sign-in/second completes; `onward` is where they go
    then. A company that requires a second factor of somebody who has none gets a session that can only enrol one: see
    `Verdict.ENROL`. With `link` (issuer, subject) the company's provider has just named them besides, and they agree
    that it does so from now on.
    """
    membership = find_membership(tenant=tenant, person_id=person_id)
    if membership is None:
        raise WrongCredentials
    with platform_context():
        factor = has_factor(person_id=person_id)
    rules: dict[str, Any] = {"house": house_of(membership.tenant), "role": membership.role, "has_factor": factor}
    match judge(proof=proof, tenant=tenant.id, vouched=link is not None, **rules):
        case Verdict.SSO_ONLY:
            raise SsoOnly
        case Verdict.OWN_MEANS:
            raise OwnMeansNeeded
        case Verdict.ASK_FACTOR:
            raise _half_in(request, membership, proof, now, onward, link)
    if link is not None:
        with platform_context(), transaction.atomic():
            connect(tenant=tenant, membership=membership, now=now, agreed=True, **link)
        proof = Proof(way=Way.SSO, factor=proof.factor, tenant=tenant.id)
    member = _all_in(request, tenant, membership, proof, now)
    if link is not None:
        sessions.note_proof(session=request.session, now=now)
    return member


def _half_in(
    request: HttpRequest,
    membership: Membership,
    proof: Proof,
    now: datetime,
    onward: str,
    link: Mapping[str, str] | None,
) -> SecondFactorNeeded:
    person = membership.person
    waits = waiting.Waiting(
        tenant=membership.tenant_id,
        person=person.id,
        way=proof.way,
        password=person.get_session_auth_hash(),
        until=(now + waiting.LASTS).timestamp(),
        nonce=waiting.new_nonce(),
        onward=onward,
        link=dict(link) if link else None,
    )
    waiting.keep(session=request.session, waiting=waits)
    return second.ask(request=request, waiting=waits)


def _all_in(request: HttpRequest, tenant: TenantRef, membership: Membership, proof: Proof, now: datetime) -> Member:
    member = member_from(membership)
    sessions.begin(session=request.session, tenant=tenant, person_id=member.person_id, proof=proof, now=now)
    rotate_token(request)
    with platform_context():
        note(
            tenant=tenant.id,
            who=who_is(caller=member),
            action="session.began",
            target=Target(kind="session", id=request.session["id"]),
            now=now,
            after={"way": proof.way.value, "factor": proof.factor},
        )
    return member


def sign_in(
    *, request: HttpRequest, tenant: TenantRef, email: str, password: str, now: datetime, onward: str = "/"
) -> Member:
    """Let in whoever has the password of a member; raise what `admit` raises, or TooManyTries.

    An account that may not sign in by password is answered like one that is not there.
    """
    place = network_of(request)
    account = _account(tenant, email)
    PASSWORDS.enter(place=place, account=account)
    try:
        found = check_credentials(tenant=tenant, email=email, password=password)
        proof = Proof(way=Way.PASSWORD)
        member = admit(request=request, tenant=tenant, person_id=found.person_id, proof=proof, now=now, onward=onward)
    except SecondFactorNeeded:
        PASSWORDS.succeeded(place=place, account=account)
        raise
    except (WrongCredentials, SsoOnly) as error:
        _note_refused(tenant, email, now)
        raise WrongCredentials from error
    PASSWORDS.succeeded(place=place, account=account)
    return member


def sign_in_second(
    *, request: HttpRequest, tenant: TenantRef, waits: waiting.Waiting | None, shown: Shown, now: datetime
) -> Member:
    """Let in whoever waits and shows their second factor; raise NotWaiting, WrongFactor, or what `admit` raises."""
    if waits is None:
        raise NotWaiting
    person = second.take(request=request, tenant=tenant, waiting=waits, shown=shown, now=now)
    proof = Proof(way=waits.way, factor=True)
    return admit(request=request, tenant=tenant, person_id=person, proof=proof, now=now, link=waits.link)


def sign_in_to_link(
    *,
    request: HttpRequest,
    tenant: TenantRef,
    person_id: UUID,
    password: str,
    link: Mapping[str, str],
    now: datetime,
    onward: str,
) -> Member:
    """Let in whom the company's provider has named and who shows their own password, too; connect the two.

    Raises WrongCredentials, TooManyTries, or what `admit` raises.
    """
    with platform_context():
        person = Person.objects.get(id=person_id)
    place, account = network_of(request), _account(tenant, person.email)
    PASSWORDS.enter(place=place, account=account)
    if not password_is(person=person, password=password):
        raise WrongCredentials
    PASSWORDS.succeeded(place=place, account=account)
    proof = Proof(way=Way.PASSWORD)
    return admit(request=request, tenant=tenant, person_id=person_id, proof=proof, now=now, onward=onward, link=link)


def _account(tenant: TenantRef, email: str) -> str:
    return f"{tenant.schema} {email.strip().lower()[: Person.EMAIL_LENGTH]}"


def _note_refused(tenant: TenantRef, email: str, now: datetime) -> None:
    """Note it for every address alike, whether somebody has it or not."""
    label = email.strip()[:254] if is_storable(text=email) else ""
    with platform_context():
        target = Target(kind="address", id="", label=label)
        note(tenant=tenant.id, who=NOBODY, action="session.refused", target=target, now=now, after={"way": "password"})


def sign_out(*, request: HttpRequest, now: datetime) -> None:
    """End the session, whoever has it."""
    seated: Member | None = getattr(request, "member", None) or getattr(request, "candidate", None)
    if seated is not None and seated.session is not None:
        who, person = who_is(caller=seated), seated.person_id
        with platform_context(), transaction.atomic():
            end_sessions(person=person, who=who, why="signed_out", now=now, only=seated.session)
    sessions.end(session=request.session)
