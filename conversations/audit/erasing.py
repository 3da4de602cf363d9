"""Erasing what the audit says of a person, and saying so in it. Nothing else blanks an entry."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from conversations.audit import rules
from conversations.audit.commands import carry_notes, record
from conversations.audit.events import AUDIT, PERSONAL
from conversations.audit.queries import STREAM, find_naming
from conversations.engine import log
from tenants.audit.noting import Target, Who
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.exports.commands import drop_files

AT_ONCE: Final = 500
_ERASE: Final = "SELECT public.erase_entries(%s, %s, %s)"


def erase_person(*, tenant: TenantRef, person: UUID, who: Who, now: datetime) -> int:
    """Blank what is personal in all entries that tell what `person` (a member, a contact) did or had done to them.

    Answers how many. Which entries, by their numbers, is said by signed entries in the same transaction: whoever blanks
    another way is found. Archives of the company are deleted, as they hold the same. Raises Suspended.
    """
    carry_notes(now=now)
    with platform_context():
        drop_files(tenant_id=tenant.id)
    with tenant_context(tenant), transaction.atomic():
        log.ensure_streams(subjects=[AUDIT])
        log.lock(subjects=[AUDIT])
        numbers = find_naming(person=person)
        for at in range(0, len(numbers), AT_ONCE):
            some = numbers[at : at + AT_ONCE]
            with connection.cursor() as cursor:
                cursor.execute(_ERASE, [STREAM, some, list(PERSONAL)])
            action, kind = rules.ERASED
            target = Target(kind=kind, id=rules.write_numbers(numbers=some))
            record(who=who, action=action, target=target, now=now)
    with platform_context():
        drop_files(tenant_id=tenant.id)  # one that was being made meanwhile is made anew
    return len(numbers)
