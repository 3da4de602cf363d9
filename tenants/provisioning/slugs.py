"""Taking an address: none that another company has, has had not long ago, or had when it was deleted."""

import hashlib
from typing import Final
from uuid import UUID

from django.db import connection

from tenants.database.locks import lock_key
from tenants.provisioning.refusals import SlugTaken

# Several tables say whose an address is, so no unique index can: whoever takes one holds its lock until COMMIT.
LOCK: Final = "SELECT pg_advisory_xact_lock(%s)"
TAKEN: Final = """
SELECT EXISTS (SELECT FROM public.tenants WHERE slug = %(slug)s)
    OR EXISTS (SELECT FROM public.tombstones WHERE slug_digest = %(digest)s)
    OR EXISTS (SELECT FROM public.old_slugs WHERE slug = %(slug)s AND (%(own)s::uuid IS NULL OR tenant_id <> %(own)s))
"""


def take_slug(*, slug: str, own: UUID | None = None) -> None:
    """Make sure that nobody else has the address or takes it until COMMIT; raise SlugTaken.

    Call it in a transaction that sees public. `own` is the tenant that may go back to an address which it had.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [lock_key(f"slug:{slug}")])
        cursor.execute(TAKEN, {"slug": slug, "digest": digest_of(slug=slug), "own": own})
        if cursor.fetchone()[0]:
            raise SlugTaken


def digest_of(*, slug: str) -> str:
    """Answer what a tombstone keeps of an address."""
    return hashlib.sha256(f"yunke slug {slug}".encode()).hexdigest()
