"""Shutting a key of a company that takes no changes: a key that leaked must not go on reading until all is settled.

The company's own sessions are read-only then, so the platform's does it, with one statement in one named schema. The
audit gets it from public once the company is open again, as it does with all that is noted there.
"""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from conversations.access.models import ApiKey
from tenants.audit.noting import Target, Who, note
from tenants.context import TenantRef, platform_context
from tenants.database.session import quoted

SHUT: Final = "UPDATE {schema}.api_key SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL"


def shut_key(*, tenant: TenantRef, key: ApiKey, who: Who, now: datetime) -> None:
    """Revoke a key of a closed tenant; one that is revoked stays as it is."""
    with platform_context(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SHUT.format(schema=quoted(tenant.schema)), [now, key.id])
            shut = cursor.rowcount
        if shut:
            target = Target(kind="key", id=str(key.id), label=key.name)
            note(tenant=tenant.id, who=who, action="key.revoked", target=target, now=now)
