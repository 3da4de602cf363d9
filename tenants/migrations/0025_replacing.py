"""The function through which a tenant's role takes what was replaced since out of one event, and says so in it."""

from typing import Final

from django.db import migrations

from tenants.database.operations import TenantFunction

REPLACE_EVENT: Final = """
CREATE FUNCTION public.replace_event(of_stream uuid, of_seq bigint, fields text[]) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    own text := public.head_schema(NULL);
    before jsonb;
BEGIN
    EXECUTE format('SELECT body FROM %I.event WHERE stream = $1 AND seq = $2 FOR UPDATE', own)
        INTO before USING of_stream, of_seq;
    IF before IS NULL THEN
        RETURN NULL;
    END IF;
    EXECUTE format($update$
        UPDATE %I.event e SET body = e.body || jsonb_build_object('replaced', true) || (
            SELECT coalesce(jsonb_object_agg(f, ''), '{}') FROM unnest($3) f
            WHERE jsonb_typeof(e.body -> f) = 'string'
        ) WHERE e.stream = $1 AND e.seq = $2
    $update$, own) USING of_stream, of_seq, fields;
    RETURN before;
END $$
"""
NAME: Final = "public.replace_event(uuid, bigint, text[])"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0024_outgoing")]
    operations = [TenantFunction(NAME, REPLACE_EVENT)]
