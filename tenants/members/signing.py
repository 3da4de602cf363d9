"""Signing in and out of a browser session: what the page and the API share."""

from typing import Final

from django.http import HttpRequest

from tenants.context import TenantRef
from tenants.members import sessions
from tenants.members.commands import check_credentials
from tenants.members.member import Member
from tenants.members.refusals import WrongCredentials
from tenants.tries import Tries, address_of

FROM_ONE_PLACE: Final = Tries(limit=100)
FOR_ONE_PERSON: Final = Tries(limit=10)


def sign_in(*, request: HttpRequest, tenant: TenantRef, email: str, password: str) -> Member:
    """Begin a session for whoever proves to be a member; raise WrongCredentials or TooManyTries."""
    place = address_of(request)
    person = f"{tenant.schema} {email.strip().lower()[:254]}"
    FROM_ONE_PLACE.refuse_spent(key=place)
    FOR_ONE_PERSON.refuse_spent(key=person)
    try:
        member = check_credentials(tenant=tenant, email=email, password=password)
    except WrongCredentials:
        FROM_ONE_PLACE.spend(key=place)
        FOR_ONE_PERSON.spend(key=person)
        raise
    sessions.begin(session=request.session, tenant=tenant, person_id=member.person_id)
    return member


def sign_out(*, request: HttpRequest) -> None:
    """End the session."""
    sessions.end(session=request.session)
