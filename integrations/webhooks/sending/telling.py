"""Telling owners by mail that an endpoint was switched off. Who is killed in between tells them once more."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from integrations.webhooks import statements
from integrations.webhooks.models import Endpoint
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.mail.queueing import queue_mail
from tenants.members.permissions import Role
from tenants.members.queries import get_members
from tenants.models import Person
from tenants.provisioning.addresses import site_of
from tenants.queries import get_tenant_name
from tenants.speaking import spoken_by


def tell_owners(*, tenant: TenantRef, now: datetime) -> None:
    """Write to every owner of each endpoint that nobody was told of."""
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute(statements.UNTOLD)
        untold = cursor.fetchall()
    if not untold:
        return
    _queue(tenant, untold, now)
    with tenant_context(tenant):
        Endpoint.objects.filter(id__in=[id_ for id_, _, _ in untold], off_at__isnull=False).update(told_at=now)


def _queue(tenant: TenantRef, untold: list[Any], now: datetime) -> None:
    company = get_tenant_name(tenant=tenant)
    owners = [member.person_id for member in get_members(tenant=tenant) if member.role == Role.OWNER]
    with platform_context(), transaction.atomic():
        for person in Person.objects.filter(id__in=owners):
            for id_, url, why in untold:
                link = f"{site_of(tenant=tenant)}/settings/webhooks/{id_}"
                queue_mail(
                    to=person.email,
                    template="webhook_off",
                    context={
                        "person": person.name,
                        "company": company,
                        "url": url,
                        "why": why,
                        "at": now,
                        "link": link,
                    },
                    language=spoken_by(person=person, otherwise="en"),
                    now=now,
                    tenant=tenant.id,
                )
