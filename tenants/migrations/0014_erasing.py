"""The function through which a tenant's role empties personal fields of its events, and can change nothing else."""

from typing import Final

from django.db import migrations

from tenants.database.operations import TenantFunction

ERASE_EVENTS: Final = """
CREATE FUNCTION public.erase_events(streams uuid[], personal jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    erased bigint;
BEGIN
    EXECUTE format($update$
        UPDATE %I.event e SET client_id = NULL, body = coalesce((
            SELECT jsonb_object_agg(f.key, CASE
                WHEN NOT coalesce(($2 -> e.kind) ? f.key, false) THEN f.value
                WHEN jsonb_typeof(f.value) = 'string' THEN '""'
                WHEN jsonb_typeof(f.value) = 'array' THEN '[]'
                WHEN jsonb_typeof(f.value) = 'object' THEN '{}'
                WHEN jsonb_typeof(f.value) = 'number' THEN '0'
                ELSE 'null' END::jsonb)
            FROM jsonb_each(e.body) f
        ), '{}') WHERE e.stream = ANY($1)
    $update$, public.head_schema(NULL)) USING streams, personal;
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $$
"""
NAME: Final = "public.erase_events(uuid[], jsonb)"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0013_life")]
    operations = [TenantFunction(NAME, ERASE_EVENTS)]
