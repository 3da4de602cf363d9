"""The function through which a tenant's role sees the tenant's own members, and nobody else's."""

from typing import Final

from django.db import migrations

from tenants.database.operations import TenantFunction

OWN_MEMBERS: Final = """
CREATE FUNCTION public.own_members() RETURNS TABLE (person uuid, name varchar, role varchar, permissions jsonb)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT p.id, p.name, m.role, r.permissions
    FROM public.tenants t
    JOIN public.memberships m ON m.tenant_id = t.id AND m.is_active
    JOIN public.persons p ON p.id = m.person_id AND p.is_active
    LEFT JOIN public.roles r ON r.id = m.own_role_id
    WHERE t.schema = public.head_schema(NULL);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0021_answers_location")]
    operations = [TenantFunction("public.own_members()", OWN_MEMBERS)]
