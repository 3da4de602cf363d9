"""The function through which a tenant's role blanks fields of single events, and can change nothing else."""

from typing import Final

from django.db import migrations

from tenants.database.operations import TenantFunction

ERASE_ENTRIES: Final = """
CREATE FUNCTION public.erase_entries(of_stream uuid, numbers bigint[], fields text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    erased bigint;
BEGIN
    EXECUTE format($update$
        UPDATE %I.event e SET body = e.body || (
            SELECT coalesce(jsonb_object_agg(f, NULL::text), '{}') FROM unnest($3) f WHERE e.body ? f
        ) WHERE e.stream = $1 AND e.seq = ANY($2)
    $update$, public.head_schema(NULL)) USING of_stream, numbers, fields;
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $$
"""
NAME: Final = "public.erase_entries(uuid, bigint[], text[])"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0018_presence")]
    operations = [TenantFunction(NAME, ERASE_ENTRIES)]
