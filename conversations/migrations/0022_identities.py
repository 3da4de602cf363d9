"""Addresses of contacts as identities, each verified or not. What the site has told so far becomes one.

The version of the code before writes tokens alone, which get the default, and looks for nothing else here; an address
that it writes meanwhile is found where it writes it, and becomes an identity when the site tells it again.
"""

from django.db import migrations, models

EMAILS = r"""
INSERT INTO contact_identity (id, contact_id, kind, scope, value, created_at, is_primary)
SELECT gen_random_uuid(), id, 'email', id::text, lower(btrim(email)), created_at, true FROM contact
WHERE btrim(email) ~ '^[^@\s]{1,64}@[^@\s]{1,189}$' ON CONFLICT DO NOTHING
"""
# The shape of E.164 is as much as SQL can tell of a number.
PHONES = r"""
INSERT INTO contact_identity (id, contact_id, kind, scope, value, created_at, is_primary)
SELECT gen_random_uuid(), id, 'phone', id::text, '+' || regexp_replace(phone, '[^0-9]', '', 'g'), created_at, true
FROM contact WHERE btrim(phone) ~ '^\+[1-9][0-9 ().-]{6,20}$'
    AND length(regexp_replace(phone, '[^0-9]', '', 'g')) BETWEEN 7 AND 15 ON CONFLICT DO NOTHING
"""
FORGET = "DELETE FROM contact_identity WHERE kind NOT IN ('visitor', 'vouched')"


class Migration(migrations.Migration):
    dependencies = [("conversations", "0021_waking")]

    operations = [
        migrations.AddField("contactidentity", "verified_at", models.DateTimeField(null=True)),
        migrations.AddField("contactidentity", "verified_by", models.UUIDField(null=True)),
        migrations.AddField("contactidentity", "is_primary", models.BooleanField(default=False, db_default=False)),
        migrations.RunSQL((EMAILS, PHONES), (FORGET,)),
    ]
