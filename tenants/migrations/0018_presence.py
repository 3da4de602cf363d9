"""Server processes that are alive and who is connected to them, and the function by which tenants see their own."""

from typing import Final

from django.db import migrations, models

from tenants.database.operations import TenantFunction

FUNCTION: Final = """
CREATE FUNCTION public.connected_members(persons uuid[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT DISTINCT c.person FROM public.held_connections c
    WHERE c.tenant = (SELECT t.id FROM public.tenants t WHERE t.schema = public.head_schema(NULL))
      AND c.person = ANY(persons)
      AND (c.ends_at > clock_timestamp() OR c.ends_at IS NULL AND EXISTS (
          SELECT FROM public.server_leases l WHERE l.id = c.lease AND l.expires_at > clock_timestamp()));
END $$
"""
NAME: Final = "public.connected_members(uuid[])"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0017_sso_rechecked")]

    operations = [
        migrations.CreateModel(
            name="ServerLease",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField()),
            ],
            options={"db_table": "server_leases"},
        ),
        migrations.CreateModel(
            name="HeldConnection",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "lease", "tenant", "person", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("lease", models.UUIDField()),
                ("tenant", models.UUIDField()),
                ("person", models.UUIDField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "held_connections",
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="held_connections_due"
                    ),
                    models.Index(fields=["tenant", "person"], name="held_connections_member"),
                ],
            },
        ),
        TenantFunction(NAME, FUNCTION),
    ]
