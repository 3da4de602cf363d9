"""A row that tests write into a tenant: a definition, the plainest table there is."""

from datetime import UTC, datetime
from uuid import UUID

from conversations.definitions.models import Definition
from tenants.context import TenantRef, tenant_context
from tenants.database.models import new_id

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KIND = "canary"


def put(*, tenant: TenantRef, text: str, key: str = "k", id: UUID | None = None) -> Definition:  # noqa: A002 - a column
    """Write one row into the tenant."""
    with tenant_context(tenant):
        return Definition.objects.create(
            id=id or new_id(), kind=KIND, key=key, version=1, body={"text": text}, published_at=NOW
        )


def texts(*, tenant: TenantRef) -> list[str]:
    """Read the texts of all rows of the tenant."""
    with tenant_context(tenant):
        return [row.body["text"] for row in Definition.objects.filter(kind=KIND).order_by("key")]
