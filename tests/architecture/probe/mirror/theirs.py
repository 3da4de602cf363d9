"""For every kind of id one of a company's own."""

from collections.abc import Callable
from typing import Final

from tenants.context import platform_context
from tenants.models import CodeApp, Session, SsoDomain
from tests.architecture.probe.classes import Id
from tests.architecture.probe.mirror.company import Company


def _factor(company: Company) -> str:
    with platform_context():
        return str(CodeApp.objects.get(person_id=company.agent.person_id).id)


def find_session_id(company: Company) -> str:
    """Answer the id of a session of the agent's."""
    with platform_context():
        row = Session.objects.filter(tenant=company.tenant.id, person=company.agent.person_id).latest("created_at")
    return str(row.id)


def _domain(company: Company) -> str:
    with platform_context():
        return str(SsoDomain.objects.get(tenant_id=company.tenant.id).id)


THEIRS: Final[dict[Id, Callable[[Company], str]]] = {
    Id.CONVERSATION: lambda company: str(company.guests[0].conversation),
    Id.CONTACT: lambda company: str(company.guests[0].actor.id),
    Id.PERSON: lambda company: str(company.agent.person_id),
    Id.KEY: lambda company: company.key,
    Id.FACTOR: _factor,
    Id.DOMAIN: _domain,
    Id.INBOX: lambda company: company.shop.inbox,
    Id.REPLY: lambda company: company.reply,
    Id.DEFINITION: lambda company: f"canned_reply/{company.reply}",
    Id.ROLE: lambda company: f"{company.mark}-role",
    Id.INVITATION: lambda company: company.invitation,
    Id.SESSION: find_session_id,
    Id.EMAIL: lambda company: company.owner.email,
    Id.SLUG: lambda company: company.tenant.slug,
}
