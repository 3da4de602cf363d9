"""People of a company, each in a browser, and what the audit was told of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.audit.models import AuditNote
from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tests.conftest import ClientFor, MakeMember

JSON = "application/json"
Noted = Callable[[str], list[dict[str, Any]]]


class Browser:
    """A member's browser, speaking JSON. `refused` answers status and code."""

    def __init__(self, client: Client, member: Member) -> None:
        self.client, self.member, self.id = client, member, str(member.person_id)
        self.person = member.person_id

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}")

    def post(self, path: str, **body: object) -> Any:
        return self.client.post(f"/api/v1/{path}", body, content_type=JSON)

    def patch(self, path: str, **body: object) -> Any:
        return self.client.patch(f"/api/v1/{path}", body, content_type=JSON)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1/{path}")


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


Enter = Callable[..., Browser]


@pytest.fixture
def enter(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Enter:
    """Make a member with a role and let them in; another browser of the same with `member`."""

    def make(role: str = "agent", *, name: str = "Ada", member: Member | None = None) -> Browser:
        found = member or make_member(tenant, role=role, name=name)
        return Browser(client_for(tenant, found), found)

    return make


@pytest.fixture
def noted(tenant: TenantRef) -> Noted:
    """Answer the notes for the audit with this action, the oldest first."""

    def find(action: str) -> list[dict[str, Any]]:
        with platform_context():
            return [
                dict(row) for row in AuditNote.objects.filter(tenant=tenant.id, action=action).order_by("id").values()
            ]

    return find
