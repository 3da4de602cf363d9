"""For every kind of id one of a company's own."""

from collections.abc import Callable
from typing import Final

from tenants.context import platform_context
from tenants.factors.models import CodeApp
from tests.architecture.probe.classes import Id
from tests.architecture.probe.mirror.company import Company


def _factor(company: Company) -> str:
    with platform_context():
        return str(CodeApp.objects.get(person_id=company.agent.person_id).id)


THEIRS: Final[dict[Id, Callable[[Company], str]]] = {
    Id.CONVERSATION: lambda company: str(company.guests[0].conversation),
    Id.CONTACT: lambda company: str(company.guests[0].actor.id),
    Id.PERSON: lambda company: str(company.agent.person_id),
    Id.KEY: lambda company: company.key,
    Id.FACTOR: _factor,
    Id.INBOX: lambda company: company.shop.inbox,
    Id.REPLY: lambda company: company.reply,
    Id.DEFINITION: lambda company: f"canned_reply/{company.reply}",
    Id.EMAIL: lambda company: company.owner.email,
    Id.SLUG: lambda company: company.tenant.slug,
}
