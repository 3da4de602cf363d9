"""Whom an archive that was not made here says to be members, and who are people here: they are asked, by their mails.

Must not decide whom to believe: tenants/exports/returning.py does.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Lower

from tenants.context import TenantRef
from tenants.mail.queueing import queue_mail
from tenants.members.codes import hash_code, new_code
from tenants.members.invitations.commands import LASTS
from tenants.members.models import Invitation
from tenants.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody who is known here, and the role that the archive gives them."""

    person: str
    role: str
    own_role: str | None


def invite_named(*, tenant: TenantRef, company: str, named: Named, site: str, now: datetime) -> None:
    """Invite the person; `site` is the tenant's address, for the link. Call it inside the restoring's transaction."""
    person, code = Person.objects.get(id=named.person), new_code()
    _put_away(tenant.id, person.email, now)
    Invitation.objects.create(
        tenant_id=tenant.id,
        email=person.email,
        role=named.role,
        own_role_id=named.own_role,
        code=hash_code(code=code),
        language=person.language or "en",
        invited_at=now,
        sent_at=now,
        expires_at=now + LASTS,
    )
    page = f"{site}/invitation"
    context = {"company": company, "inviter": company, "link": f"{page}#{code}", "page": page, "code": code}
    language = person.language or "en"
    queue_mail(to=person.email, template="invitation", context=context, language=language, now=now, tenant=tenant.id)


def _put_away(tenant: UUID, email: str, now: datetime) -> None:
    rows = Invitation.objects.annotate(address=Lower(F("email"))).filter(tenant=tenant, accepted_at=None)
    rows.filter(address=email.lower(), withdrawn_at=None).update(withdrawn_at=now)
