"""Signing in and out of a browser session: what the page and the API share."""

from typing import Final

from django.http import HttpRequest

from tenants.context import TenantRef
from tenants.guessing import Guesses
from tenants.members import sessions
from tenants.members.commands import check_credentials
from tenants.members.member import Member
from tenants.models import Person
from tenants.tries import network_of

PASSWORDS: Final = Guesses(name="sign-in")


def sign_in(*, request: HttpRequest, tenant: TenantRef, email: str, password: str) -> Member:
    """Begin a session for whoever proves to be a member; raise WrongCredentials or TooManyTries."""
    place = network_of(request)
    account = f"{tenant.schema} {email.strip().lower()[: Person.EMAIL_LENGTH]}"
    PASSWORDS.enter(place=place, account=account)
    member = check_credentials(tenant=tenant, email=email, password=password)
    PASSWORDS.succeeded(place=place, account=account)
    sessions.begin(session=request.session, tenant=tenant, person_id=member.person_id)
    return member


def sign_out(*, request: HttpRequest) -> None:
    """End the session."""
    sessions.end(session=request.session)
