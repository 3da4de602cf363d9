"""Where each tenant's audit ends, out of the tenant's reach but for one function that moves it on."""

from typing import Any, Final

from django.conf import settings
from django.db import migrations, models, router

from tenants.database.session import quoted

# It never moves back, nor from anywhere but where it is: then audit and anchor disagree, and it stays as the evidence.
FUNCTION: Final = """
CREATE FUNCTION public.move_audit_anchor(begun bigint, begins text, ended bigint, ends text, signed text)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    chosen text := public.head_schema(NULL);
BEGIN
    IF ended <= begun OR begun < 0 THEN
        RAISE EXCEPTION 'an anchor only moves on' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF begun = 0 THEN
        INSERT INTO public.audit_anchors (schema, entries, digest, signature)
        VALUES (chosen, ended, ends, signed) ON CONFLICT DO NOTHING;
        RETURN FOUND;
    END IF;
    UPDATE public.audit_anchors a SET entries = ended, digest = ends, signature = signed
    WHERE a.schema = chosen AND a.entries = begun AND a.digest = begins;
    RETURN FOUND;
END $$
"""
SIGNATURE: Final = "public.move_audit_anchor(bigint, text, bigint, text, text)"


def create(_apps: Any, schema_editor: Any) -> None:
    """Make the function for tenants' roles."""
    if router.allow_migrate(schema_editor.connection.alias, "tenants"):
        schema_editor.execute(FUNCTION, params=None)
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {quoted(settings.YUNKE_TENANTS_ROLE)}")


def drop(_apps: Any, schema_editor: Any) -> None:
    """Take it back."""
    if router.allow_migrate(schema_editor.connection.alias, "tenants"):
        schema_editor.execute(f"DROP FUNCTION {SIGNATURE}")


class Migration(migrations.Migration):
    dependencies = [("tenants", "0011_sso")]

    operations = [
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                ("schema", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("entries", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=200)),
            ],
            options={"db_table": "audit_anchors"},
        ),
        migrations.RunPython(create, drop),
    ]
