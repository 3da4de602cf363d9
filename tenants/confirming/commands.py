"""Showing a code, and asking for another mail: what anybody on the internet may do, and how often."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from tenants.confirming.codes import digest_of
from tenants.confirming.letters import Letter, ask_to_confirm
from tenants.confirming.models import Confirmation
from tenants.confirming.proving import prove_address
from tenants.confirming.refusals import CodeRefused, NothingToConfirm, Unconfirmed
from tenants.context import TenantRef, platform_context
from tenants.guessing import Guesses
from tenants.members.commands import password_is
from tenants.models import Person, Tenant
from tenants.tries import Tries

DAY_S: Final = 86_400.0

CODES: Final = Guesses(name="confirmation", for_one_account=200)
# Mails to one address, whoever asks. What strangers spend by signing companies up must not keep back those that its
# owner asks for, once signed in.
MAILS: Final = Tries(name="confirmation: mails", limit=10, window_s=DAY_S)
MAILS_AGAIN: Final = Tries(name="confirmation: mails again", limit=10, window_s=DAY_S)
AGAIN: Final = Tries(name="confirmation: again", limit=3, window_s=900)  # for one person


def confirm(
    *, tenant: TenantRef, code: str, place: str, signed_in: UUID | None, password: str, now: datetime
) -> tuple[UUID, UUID]:
    """Confirm the address that a code was sent to; answer whose code it was and who owns the address now.

    The code alone is not enough: whoever signs a company up with somebody else's address chose the password, and must
    not get a proved identity because the other follows a link. So the session of that person or their password is
    asked for, too. Raises CodeRefused, TooManyTries.
    """
    CODES.enter(place=place, account=tenant.schema)
    with platform_context():
        asked = Confirmation.objects.select_related("person").filter(
            digest=digest_of(code=code), tenant_id=tenant.id, expires_at__gt=now
        )
        found = asked.first()
    person = found.person if found else None
    if (person is None or person.id != signed_in) and not password_is(person=person, password=password):
        raise CodeRefused
    if person is None:
        raise CodeRefused
    CODES.succeeded(place=place, account=tenant.schema)
    try:
        return person.id, prove_address(person_id=person.id, now=now)
    except Person.DoesNotExist as error:  # the same code was shown twice at once, and the other was first
        raise CodeRefused from error


def send_again(*, tenant: TenantRef, person_id: UUID, letter: Letter, now: datetime) -> None:
    """Send the mail once more to a member who has not confirmed yet; raise NothingToConfirm or TooManyTries."""
    with platform_context():
        person = Person.objects.get(id=person_id)
    if person.verified_at is not None:
        raise NothingToConfirm
    AGAIN.spend(key=str(person_id))
    MAILS_AGAIN.spend(key=person.email.lower())
    with platform_context(), transaction.atomic():
        row = Tenant.objects.get(id=tenant.id)
        ask_to_confirm(tenant=row, person=person, letter=letter, now=now)


def refuse_unconfirmed(*, tenant: TenantRef) -> None:
    """Raise Unconfirmed for a tenant of which nobody has proved their address yet."""
    if not tenant.confirmed:
        raise Unconfirmed
