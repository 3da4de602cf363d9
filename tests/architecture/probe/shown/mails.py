"""What mails carry: invitations, resets of passwords, proofs of addresses."""

import re
import secrets
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from tenants.confirming import codes
from tenants.confirming.letters import Letter, ask_to_confirm
from tenants.context import platform_context, tenant_context
from tenants.mail.models import Mail
from tenants.mail.queueing import PURPOSE
from tenants.members.commands import add_member
from tenants.members.invitations.commands import invite
from tenants.members.resets.commands import answer_resets, ask_reset
from tenants.models import Membership, Person, Tenant
from tenants.secrets import unseal
from tests.architecture.probe.mirror.company import JSON, PASSWORD, Company
from tests.architecture.probe.shown.kind import Credential, Kind, at_once, drawn, leads, says

NEW: Final = {"name": "Somebody new", "password": "another 7 horse battery"}


def new_address(company: Company) -> str:
    """Answer an address that nobody has had before."""
    return f"{company.mark}-{secrets.token_hex(4)}@example.com"


def code_to(address: str) -> str:
    """Answer the code behind the # of the link in the last mail to an address, which need not have been sent."""
    with platform_context():
        mail = Mail.objects.filter(to=address).latest("queued_at")
        body = unseal(sealed=mail.body, purpose=PURPOSE, tenant=mail.tenant, row=mail.id)
    (code,) = set(re.findall(r"#(\S+)", body))
    return str(code)


def _invited(ours: Company, _theirs: Company) -> Credential:
    email, now = new_address(ours), datetime.now(UTC)
    said: dict[str, Any] = {"company": "Ours", "language": "en", "site": f"http://{ours.host}", "now": now}
    with tenant_context(ours.tenant):
        invite(tenant=ours.tenant, email=email, role="agent", by=ours.owner, **said)
    return Credential(code_to(email))


def _look(company: Company, one: Credential) -> Any:
    return company.anybody().post("/invitation", {"code": one.text})


def _accept(company: Company, one: Credential) -> Any:
    return company.anybody().post("/invitation", {"code": one.text, **NEW})


def _accept_by_program(company: Company, one: Credential) -> Any:
    client = company.anybody(host=settings.YUNKE_PLATFORM_HOSTS[0])
    said = {"company": company.tenant.slug, "code": one.text, **NEW}
    return client.post("/api/v1/invitations/accept", said, content_type=JSON)


def _forgotten(ours: Company, _theirs: Company) -> Credential:
    email, now = new_address(ours), datetime.now(UTC)
    add_member(tenant=ours.tenant, email=email, name=f"{ours.mark} 3", password=PASSWORD, role="agent")
    ask_reset(tenant=ours.tenant, email=email, site=f"http://{ours.host}", language="en", now=now)
    answer_resets(now=now)
    return Credential(code_to(email))


def _reset(company: Company, one: Credential) -> Any:
    return company.anybody().post("/reset", {"code": one.text, "password": NEW["password"]})


def _unproved(ours: Company, _theirs: Company) -> Credential:
    email, letter = new_address(ours), Letter(origin=f"http://{ours.host}", language="en")
    with platform_context(), transaction.atomic():
        tenant = Tenant.objects.get(id=ours.tenant.id)
        person = Person.objects.create(email=email, name=f"{ours.mark} 4", password=make_password(PASSWORD))
        Membership.objects.create(tenant=tenant, person=person, role="agent")
        ask_to_confirm(tenant=tenant, person=person, letter=letter, now=datetime.now(UTC))
    return Credential(code_to(email))


def _confirm(company: Company, one: Credential) -> Any:
    """With the right password: of whom it is, in the other company too."""
    return company.anybody().post("/confirm", {"code": one.text, "password": PASSWORD})


_INVITED: Final[dict[str, Any]] = {"make": at_once(_invited), "made_up": drawn}

KINDS: Final = (
    Kind(name="invitation that is looked at", show=_look, works=says(200), **_INVITED),
    Kind(name="invitation", show=_accept, works=leads("/"), once=True, **_INVITED),
    Kind(name="invitation by a program", show=_accept_by_program, works=says(201), once=True, **_INVITED),
    Kind(
        name="reset",
        make=at_once(_forgotten),
        show=_reset,
        works=leads("/reset?done"),
        made_up=drawn,
        once=True,
    ),
    Kind(
        name="confirmation",
        make=at_once(_unproved),
        show=_confirm,
        works=leads("/confirm?done=yes"),
        made_up=lambda _: codes.new_code(),
        once=True,
    ),
)
