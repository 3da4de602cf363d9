"""Sign-up as anybody on the internet may ask for it: as `sign_up`, but not too often."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from tenants.context import TenantRef
from tenants.models import Person
from tenants.provisioning.commands import sign_up
from tenants.provisioning.refusals import CredentialsRefused
from tenants.tries import Tries, network_of

FROM_ONE_PLACE: Final = Tries(name="sign-up: place", limit=60)
FOR_ONE_PERSON: Final = Tries(name="sign-up: person", limit=10)  # the answer tells whether a password is right


def sign_up_from(*, request: HttpRequest, name: str, slug: str, email: str, password: str, now: datetime) -> TenantRef:
    """Sign a company up; raise what sign_up raises, or TooManyTries."""
    place = network_of(request)
    person = email.strip().lower()[: Person.EMAIL_LENGTH]
    FROM_ONE_PLACE.refuse_spent(key=place)
    FOR_ONE_PERSON.refuse_spent(key=person)
    FROM_ONE_PLACE.spend(key=place)
    try:
        return sign_up(name=name, slug=slug, email=email, password=password, now=now)
    except CredentialsRefused:
        FOR_ONE_PERSON.spend(key=person)
        raise
