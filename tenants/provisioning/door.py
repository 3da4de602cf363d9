"""Sign-up as anybody on the internet may ask for it: as `sign_up`, but not too often, and with an address to prove."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from tenants.confirming.commands import MAILS
from tenants.confirming.letters import Letter
from tenants.context import TenantRef
from tenants.models import Person
from tenants.provisioning.addresses import url_for
from tenants.provisioning.commands import sign_up
from tenants.tries import TooManyTries, Tries, network_of

HOUR_S: Final = 3600.0

FROM_ONE_PLACE: Final = Tries(name="sign-up: place", limit=settings.YUNKE_SIGN_UPS_A_MINUTE)
# A stranger elsewhere must not keep somebody from signing up: MAILS only keeps the mail back that there is no room for.
FOR_ONE_ADDRESS: Final = Tries(name="sign-up: address from place", limit=5, window_s=HOUR_S)


def sign_up_from(*, request: HttpRequest, name: str, slug: str, email: str, password: str, now: datetime) -> TenantRef:
    """Sign a company up; raise what sign_up raises, or TooManyTries.

    Nothing of it depends on whether the address is known: neither the answer nor what it costs.
    """
    place, slug = network_of(request), slug.strip()
    address = email.strip().lower()[: Person.EMAIL_LENGTH]
    FROM_ONE_PLACE.spend(key=place)
    FOR_ONE_ADDRESS.spend(key=f"{place} {address}")
    letter = None
    if _takes_a_mail(address):
        letter = Letter(origin=url_for(slug=slug, request=request), language=get_language() or settings.LANGUAGE_CODE)
    return sign_up(name=name, slug=slug, email=email, password=password, now=now, letter=letter)


def _takes_a_mail(address: str) -> bool:
    """Tell whether a mail may go to an address that strangers name. The owner can ask for one once signed in."""
    try:
        MAILS.spend(key=address)
    except TooManyTries:
        return False
    return True
