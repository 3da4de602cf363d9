"""When something of a tenant is to be sent to the world, and the function by which tenants say so."""

from typing import Final

from django.db import migrations, models

from tenants.database.operations import TenantFunction

SET_OUTGOING: Final = """
CREATE FUNCTION public.set_outgoing(due timestamptz, exactly boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.outgoing AS o (schema, due_at) VALUES (public.head_schema(NULL), due)
    ON CONFLICT (schema) DO UPDATE
    SET due_at = CASE WHEN exactly THEN excluded.due_at ELSE least(o.due_at, excluded.due_at) END;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0023_due")]
    operations = [
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                ("schema", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "outgoing",
                "indexes": [
                    models.Index(condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="outgoing_due")
                ],
            },
        ),
        TenantFunction("public.set_outgoing(timestamptz, boolean)", SET_OUTGOING),
    ]
