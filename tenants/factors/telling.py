"""Telling a person of every change to their second factors, and noting it for the company where it was done."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.utils import translation

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef
from tenants.mail.queueing import queue_mail
from tenants.members.member import Member
from tenants.models import Person
from tenants.speaking import spoken_by

Change = Literal["added", "removed", "recovery_renewed", "recovery_used"]


def tell(*, tenant: TenantRef, member: Member, what: Change, factor_id: UUID, name: str, now: datetime) -> None:
    """Queue the mail and note the change. Call it in platform_context, in the change's transaction."""
    person = Person.objects.get(id=member.person_id)
    queue_mail(
        to=member.email,
        template="factor_changed",
        context={"person": member.name, "what": what, "name": name, "at": now},
        language=spoken_by(person=person, otherwise=translation.get_language() or "en"),
        now=now,
    )
    note(
        tenant=tenant.id,
        who=who_is(caller=member),
        action=f"factor.{what}",
        target=Target(kind="factor", id=str(factor_id), label=name),
        now=now,
    )
