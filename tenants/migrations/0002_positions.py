"""The two functions through which tenants' roles reach their head, and what the shared roles may do in public."""

from typing import Any

from django.conf import settings
from django.db import migrations, router

from tenants.database.session import quoted

HEAD_SCHEMA = """
CREATE FUNCTION public.head_schema(for_schema text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    caller text := current_setting('role');
BEGIN
    IF caller IN ('none', '{writer}') THEN
        IF for_schema IS NULL THEN
            RAISE EXCEPTION 'whose head? the writer must name a schema' USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN for_schema;
    END IF;
    IF for_schema IS NOT NULL AND for_schema <> caller THEN
        RAISE EXCEPTION 'permission denied for the head of another tenant' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN caller;
END $$
"""

TAKE_POSITIONS = """
CREATE FUNCTION public.take_positions(n integer, for_schema text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    chosen text := public.head_schema(for_schema);
    taken bigint;
BEGIN
    IF n < 0 THEN
        RAISE EXCEPTION 'positions only grow' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE public.heads h SET position = h.position + n WHERE h.schema = chosen RETURNING h.position INTO taken;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no head for schema %', chosen USING ERRCODE = 'no_data_found';
    END IF;
    RETURN taken;
END $$
"""

HEAD_POSITION = """
CREATE FUNCTION public.head_position(for_schema text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_position bigint;
    chosen text := public.head_schema(for_schema);
BEGIN
    SELECT h.position INTO found_position FROM public.heads h WHERE h.schema = chosen;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no head for schema %', chosen USING ERRCODE = 'no_data_found';
    END IF;
    RETURN found_position;
END $$
"""

FUNCTIONS = ("take_positions(integer, text)", "head_position(text)")


def create(_apps: Any, schema_editor: Any) -> None:
    """Make the functions and grant what the shared roles need, nothing more."""
    if not router.allow_migrate(schema_editor.connection.alias, "tenants"):
        return
    writer, tenants = quoted(settings.YUNKE_WRITER_ROLE), quoted(settings.YUNKE_TENANTS_ROLE)
    literal = settings.YUNKE_WRITER_ROLE.replace("'", "''")
    for statement in (HEAD_SCHEMA.format(writer=literal), TAKE_POSITIONS, HEAD_POSITION):
        schema_editor.execute(statement, params=None)
    schema_editor.execute("REVOKE ALL ON FUNCTION public.head_schema(text) FROM PUBLIC")
    for function in FUNCTIONS:
        schema_editor.execute(f"REVOKE ALL ON FUNCTION public.{function} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION public.{function} TO {tenants}, {writer}")
    schema_editor.execute(f"GRANT USAGE ON SCHEMA public TO {tenants}, {writer}")
    schema_editor.execute(f"GRANT SELECT ON public.heads TO {writer}")


def drop(_apps: Any, schema_editor: Any) -> None:
    """Take it all back."""
    if not router.allow_migrate(schema_editor.connection.alias, "tenants"):
        return
    for function in (*FUNCTIONS, "head_schema(text)"):
        schema_editor.execute(f"DROP FUNCTION public.{function}")


class Migration(migrations.Migration):
    """Functions and grants of the public schema."""

    dependencies = [("tenants", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
