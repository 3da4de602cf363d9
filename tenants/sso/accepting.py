"""Accepting an invitation by signing in through the company's provider: for people who have no password.

The code of the mail and the provider must name one and the same address. Who is somebody of their own already, in
whatever company, shows their own password instead: no provider's word makes them a member anywhere.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from tenants.closing import refuse_closed
from tenants.context import TenantRef, platform_context
from tenants.members.commands import find_person
from tenants.members.invitations.joining import enter
from tenants.members.invitations.queries import get_open
from tenants.members.refusals import AlreadyMember
from tenants.models import Membership, Person, SsoIdentity, SsoProvider
from tenants.sso.linking import connect
from tenants.sso.refusals import InvitedOtherwise, OwnPasswordNeeded, SsoStale
from tenants.sso.rules import name_in, said_address

LASTS: Final = timedelta(minutes=10)
_KEY: Final = "sso_invitation"


def remember(*, session: SessionBase, tenant: TenantRef, code: str, now: datetime) -> None:
    """Keep that this browser has shown the code of an invitation; `code` is the code as it is stored."""
    session["tenant"] = str(tenant.id)
    session[_KEY] = {"tenant": str(tenant.id), "code": code, "until": (now + LASTS).timestamp()}
    if "id" not in session:
        session.set_expiry(int(LASTS.total_seconds()))


def find_shown(*, session: SessionBase, tenant: TenantRef, now: datetime) -> str | None:
    """Answer the code, as it is stored, of the invitation that this browser has shown not long ago."""
    kept: Mapping[str, Any] = session.get(_KEY) or {}
    return kept["code"] if kept.get("tenant") == str(tenant.id) and kept["until"] > now.timestamp() else None


def accept(*, tenant: TenantRef, code: str, issuer: str, claims: Mapping[str, Any], now: datetime) -> Person:
    """Make whom the provider names a member by the invitation, connected to what it calls them; answer them.

    Raises what looking at an invitation raises, InvitedOtherwise, AlreadyMember, OwnPasswordNeeded.
    """
    refuse_closed(tenant=tenant)
    with platform_context(), transaction.atomic():
        if not SsoProvider.objects.select_for_update().filter(tenant_id=tenant.id, is_on=True, issuer=issuer).exists():
            raise SsoStale
        row = get_open(tenant=tenant, code=code, now=now)
        address = said_address(claims=claims)
        if address is None or address.lower() != row.email.lower():
            raise InvitedOtherwise
        if SsoIdentity.objects.filter(tenant_id=tenant.id, issuer=issuer, subject=claims["sub"]).exists():
            raise AlreadyMember
        if find_person(email=row.email) is not None:
            raise OwnPasswordNeeded
        new = Person(email=row.email, name=name_in(claims=claims, address=address), password=make_password(None))
        person = enter(tenant=tenant, code=code, person=new, now=now)
        membership = Membership.objects.select_related("person").get(tenant_id=tenant.id, person=person)
        connect(tenant=tenant, membership=membership, issuer=issuer, subject=claims["sub"], now=now, agreed=True)
    return person
