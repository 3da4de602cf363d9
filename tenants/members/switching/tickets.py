"""Tickets with which a browser goes from one tenant's host to another's: signed, for 30 s and one use.

A ticket says who, by which session of which host, under which password, and for which tenant alone. It travels in the
body of a form, never in an address.
"""

import secrets
from typing import Any, Final
from uuid import UUID

import msgspec
from django.core import signing
from django.utils.crypto import constant_time_compare

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.proof import Proof, Way
from tenants.members.waiting import use_up
from tenants.models import Session
from tenants.refusals import Refusal

LASTS_S: Final = 30
_SALT: Final = "yunke.switch"


class SwitchRefused(Refusal):
    """This way in has closed: go back and try again, or sign in here."""

    code = "switch_refused"
    status = 403


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket says. `proof_of` is the tenant whose provider vouched, where the way is SSO."""

    to: UUID
    person: UUID
    session: UUID
    password: str
    origin: str
    nonce: str
    way: Way
    factor: bool
    proof_of: UUID | None

    @property
    def proof(self) -> Proof:
        """Answer what the person has shown where they come from."""
        return Proof(way=self.way, factor=self.factor, tenant=self.proof_of)


def issue(*, to: UUID, member: Member, session: UUID, password: str, origin: str, proof: Proof) -> str:
    """Answer a ticket for `to`, for somebody with a session on `origin`."""
    said = Switch(
        to=to,
        person=member.person_id,
        session=session,
        password=password,
        origin=origin,
        nonce=secrets.token_urlsafe(32),
        way=proof.way,
        factor=proof.factor,
        proof_of=proof.tenant,
    )
    return signing.dumps(msgspec.to_builtins(said), salt=_SALT)


def redeem(*, ticket: str, tenant: TenantRef, origin: str, now: float) -> Switch:
    """Answer what a ticket for this tenant says, once; raise SwitchRefused.

    `origin` is where the browser says that it comes from. The session there must still be live, and its password too.
    """
    try:
        said: Any = signing.loads(ticket, salt=_SALT, max_age=LASTS_S)
        switch = msgspec.convert(said, Switch)
    except (signing.BadSignature, msgspec.ValidationError, ValueError) as error:
        raise SwitchRefused from error
    if switch.to != tenant.id or switch.origin != origin or not _is_live(switch):
        raise SwitchRefused
    if not use_up(nonce=switch.nonce, until=now + 2 * LASTS_S):
        raise SwitchRefused
    return switch


def _is_live(switch: Switch) -> bool:
    with platform_context():
        row = Session.objects.select_related("person").filter(id=switch.session, person=switch.person).first()
    if row is None or row.person is None or not row.person.is_active or row.person.verified_at is None:
        return False
    return constant_time_compare(switch.password, row.person.get_session_auth_hash())
