"""What PostgreSQL itself keeps of definitions, whatever the code does."""

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from conversations.definitions.models import Definition
from conversations.definitions.queries import find_definition
from tenants.context import TenantRef, tenant_context

# As the version of the code before writes it.
OLD_INSERT = """
INSERT INTO definition (id, kind, key, version, body, published_at)
VALUES (gen_random_uuid(), 'calendar', 'old', 1, '{"name": "x"}', now())
"""


def test_the_version_of_the_code_before_still_publishes(tenant: TenantRef) -> None:
    with tenant_context(tenant):
        with connection.cursor() as cursor:
            cursor.execute(OLD_INSERT)
        row = find_definition(kind="calendar", key="old")
        assert row is not None
        assert (row.published_by, row.is_retired) == (None, False)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE definition SET is_retired = true", "DELETE FROM definition", "DELETE FROM definition_draft"],
)
def test_what_was_published_stays(tenant: TenantRef, statement: str) -> None:
    with tenant_context(tenant):
        before = list(Definition.objects.values())
        with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
        assert list(Definition.objects.values()) == before
