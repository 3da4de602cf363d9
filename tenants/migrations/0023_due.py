"""When somebody has to look into a tenant again though nothing happens, beside its position."""

from typing import Final

from django.db import migrations, models

from tenants.database.operations import TenantFunction

SET_DUE: Final = """
CREATE FUNCTION public.set_due(due timestamptz, exactly boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE public.heads h SET due_at = CASE WHEN exactly THEN due ELSE least(h.due_at, due) END
    WHERE h.schema = public.head_schema(NULL)
      AND (CASE WHEN exactly THEN due ELSE least(h.due_at, due) END) IS DISTINCT FROM h.due_at;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0022_own_members")]
    operations = [
        migrations.AddField("head", "due_at", models.DateTimeField(null=True)),
        TenantFunction("public.set_due(timestamptz, boolean)", SET_DUE),
    ]
