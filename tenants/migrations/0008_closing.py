"""Tenants that take no changes: why, and a head that gives no position away while they take none."""

from typing import Any, Final

from django.db import migrations, models, router

from tenants.database.versions import CLOSED

# As in 0002; CREATE OR REPLACE keeps the grants.
FUNCTION: Final = """
CREATE OR REPLACE FUNCTION public.take_positions(n integer, for_schema text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    chosen text := public.head_schema(for_schema);
    taken bigint;
BEGIN
    IF n < 0 THEN
        RAISE EXCEPTION 'positions only grow' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE public.heads h SET position = h.position + n WHERE h.schema = chosen{open} RETURNING h.position INTO taken;
    IF NOT FOUND THEN{closed}
        RAISE EXCEPTION 'no head for schema %', chosen USING ERRCODE = 'no_data_found';
    END IF;
    RETURN taken;
END $$
"""
REFUSAL: Final = f"""
        IF EXISTS (SELECT FROM public.heads h WHERE h.schema = chosen) THEN
            RAISE EXCEPTION 'the tenant of schema % is closed', chosen USING ERRCODE = '{CLOSED}';
        END IF;"""


def refuse_closed(_apps: Any, schema_editor: Any) -> None:
    """Let a closed head give nothing away."""
    if router.allow_migrate(schema_editor.connection.alias, "tenants"):
        schema_editor.execute(FUNCTION.format(open=" AND NOT h.closed", closed=REFUSAL), params=None)


def refuse_nothing(_apps: Any, schema_editor: Any) -> None:
    """Go back to the function of 0002."""
    if router.allow_migrate(schema_editor.connection.alias, "tenants"):
        schema_editor.execute(FUNCTION.format(open="", closed=""), params=None)


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_factors")]

    operations = [
        migrations.AddField("head", "closed", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("tenant", "suspended_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "tenant", "suspended_reason", models.CharField(blank=True, db_default="", default="", max_length=300)
        ),
        migrations.AddField("tenant", "deletion_asked_at", models.DateTimeField(null=True)),
        migrations.AddField("tenant", "delete_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("suspended_at", None), ("suspended_reason", "")),
                    models.Q(("suspended_at__isnull", False), models.Q(("suspended_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="tenants_suspended_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            "tenant",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delete_at", None), ("deletion_asked_at", None)),
                    models.Q(("delete_at__isnull", False), ("deletion_asked_at__isnull", False)),
                    _connector="OR",
                ),
                name="tenants_deleted_when_asked",
            ),
        ),
        migrations.RunPython(refuse_closed, refuse_nothing),
    ]
