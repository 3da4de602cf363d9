"""Showing once more that it is oneself, before something of one's own is changed, and with what a session shows it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from tenants.context import current_tenant, platform_context
from tenants.factors.accepting import Shown, accept
from tenants.factors.queries import has_factor
from tenants.factors.security_keys import Ceremony
from tenants.factors.sites import site_of
from tenants.guessing import Guesses
from tenants.members.commands import password_is
from tenants.members.member import Member
from tenants.members.refusals import ProofNeeded, WrongProof
from tenants.members.sessions import is_lent, note_proof, proof_of, was_proved_lately
from tenants.members.waiting import new_nonce, use_up
from tenants.models import Person
from tenants.tries import network_of

PROOFS: Final = Guesses(name="proof")
_LASTS: Final = timedelta(minutes=10)
_KEY: Final = "challenge"


def need_proof(*, session: SessionBase, now: datetime) -> None:
    """Raise ProofNeeded unless the person has shown within ten minutes that it is them."""
    if not was_proved_lately(session=session, now=now):
        raise ProofNeeded


def need_own(*, session: SessionBase, now: datetime) -> None:
    """Raise ProofNeeded where only a company's provider says who this is, and what changes is theirs everywhere."""
    if is_lent(session=session, tenant=current_tenant(), now=now):
        raise ProofNeeded


def prove(*, request: HttpRequest, member: Member, password: str | None, shown: Shown, now: datetime) -> None:
    """Take a password or a second factor as proof; raise WrongProof or TooManyTries.

    Where the session did not begin with the second factor that the person has, their password is not enough: what a
    company's provider says besides is no proof of theirs.
    """
    place, account = network_of(request), str(member.person_id)
    PROOFS.enter(place=place, account=account)
    with platform_context():
        person = Person.objects.get(id=member.person_id)
        if shown.method:
            ceremony = take_ceremony(request=request, now=now)
            right = accept(person_id=person.id, shown=shown, ceremony=ceremony, now=now)
        else:
            right = password_is(person=person, password=password or "")
            right = right and (proof_of(session=request.session).factor or not has_factor(person_id=person.id))
    if not right:
        raise WrongProof
    PROOFS.succeeded(place=place, account=account)
    note_proof(session=request.session, now=now)


def ceremony_at(*, request: HttpRequest, nonce: bytes) -> Ceremony | None:
    """Answer what a security key must sign on this host, or None where keys cannot be used."""
    host = request.get_host()
    site = site_of(host=host)
    return Ceremony(site=site, origin=f"{request.scheme}://{host}", challenge=nonce) if site else None


def begin_ceremony(*, request: HttpRequest, now: datetime) -> Ceremony | None:
    """Draw a challenge and keep it in the session, where the last one is forgotten."""
    nonce = new_nonce()
    request.session[_KEY] = {"nonce": nonce, "until": (now + _LASTS).timestamp()}
    return ceremony_at(request=request, nonce=nonce.encode())


def take_ceremony(*, request: HttpRequest, now: datetime) -> Ceremony | None:
    """Answer the session's challenge, which is worth nothing from then on."""
    kept: Mapping[str, Any] | None = request.session.pop(_KEY, None)
    if kept is None or kept["until"] <= now.timestamp() or not use_up(nonce=kept["nonce"], until=kept["until"]):
        return None
    return ceremony_at(request=request, nonce=kept["nonce"].encode())
