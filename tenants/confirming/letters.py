"""The mail that asks to confirm an address. Its shape is the same whether or not the address is known to us."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tenants.confirming.codes import digest_of, new_code
from tenants.confirming.models import Confirmation
from tenants.mail.queueing import queue_mail
from tenants.members.commands import find_person
from tenants.models import Person, Tenant
from tenants.speaking import spoken_by

LASTS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail is written with: the tenant's own address in the web, and a language ("en", "zh-hans")."""

    origin: str
    language: str


def ask_to_confirm(
    *, tenant: Tenant, person: Person, letter: Letter, now: datetime, removed_at: datetime | None = None
) -> None:
    """Queue the mail with a new code; `removed_at` makes it a reminder. Call it in the transaction of its reason.

    Codes that were sent before stay good: mails arrive late, and people open whichever they find.
    """
    code = new_code()
    known = find_person(email=person.email)
    Confirmation.objects.create(
        tenant=tenant,
        person=person,
        digest=digest_of(code=code),
        origin=letter.origin,
        language=letter.language,
        sent_at=now,
        expires_at=now + LASTS,
    )
    context = {
        "company": tenant.name,
        "origin": letter.origin,
        "code": code,
        "known": known is not None and known.id != person.id,
        "days": LASTS.days,
        "removed_at": removed_at,
    }
    language = spoken_by(person=person, otherwise=letter.language)
    queue_mail(to=person.email, template="confirm", context=context, language=language, now=now, tenant=tenant.id)
