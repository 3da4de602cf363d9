"""Roles that were made before there was a reach: what they allowed was every conversation, with all names."""

from typing import Final

from django.db import migrations

GIVE: Final = """
UPDATE public.roles SET permissions = permissions || '["conversations.all", "contacts.personal"]'::jsonb
WHERE NOT permissions ? 'conversations.all'
"""
TAKE: Final = """
UPDATE public.roles SET permissions = permissions - ARRAY[
    'conversations.all', 'conversations.inbox', 'conversations.team', 'contacts.personal'
]
"""


class Migration(migrations.Migration):
    """The version before leaves out what it does not know, and so do roles that it writes: they then reach less."""

    dependencies = [("tenants", "0025_replacing")]

    operations = [migrations.RunSQL(GIVE, TAKE)]
