"""The two demo companies of `./dev up`: made by the commands that make any other, written down for people and scripts.

Everything may be killed and run again: what exists is kept, and passwords are written before they are used.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.hashers import make_password

from config.embedded.folder import write_json
from conversations.definitions.inbox.queries import get_inboxes
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.commands import add_member, find_person
from tenants.members.permissions import Role
from tenants.members.refusals import AlreadyMember
from tenants.models import Tenant
from tenants.provisioning import steps
from tenants.provisioning.commands import sign_up

LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


@dataclass(frozen=True, slots=True)
class DemoMember:
    """Somebody to sign in as."""

    login: str
    name: str
    role: Role

    def email(self, *, slug: str) -> str:
        """Answer the address in a domain that nobody can own."""
        return f"{self.login}@{slug}.example"


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A company; the first of its members is its owner."""

    slug: str
    name: str
    members: tuple[DemoMember, ...]


COMPANIES: Final = (
    DemoCompany(
        slug="acme",
        name="Acme",
        members=(
            DemoMember(login="owner", name="Olivia Reed", role=Role.OWNER),
            DemoMember(login="amy", name="Amy Foster", role=Role.AGENT),
            DemoMember(login="ben", name="Ben Okafor", role=Role.AGENT),
        ),
    ),
    DemoCompany(
        slug="globex",
        name="Globex 环球",
        members=(
            DemoMember(login="owner", name="欧阳静", role=Role.OWNER),
            DemoMember(login="lin", name="林小雨", role=Role.AGENT),
            DemoMember(login="wei", name="王伟", role=Role.AGENT),
        ),
    ),
)


def make_demo(*, path: Path, port: int, now: datetime) -> None:
    """Make what is missing and write `path`."""
    known = _read_passwords(path)
    new = {email: new_password() for email in _emails() if email not in known}
    passwords = known | new
    if new:
        _write(path, port=port, passwords=passwords, inboxes={})
    inboxes = {
        company.slug: _make_company(company, passwords=passwords, reset=set(new), now=now) for company in COMPANIES
    }
    _write(path, port=port, passwords=passwords, inboxes=inboxes)


def new_password() -> str:
    """Answer a password that can be read out: three groups of four."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _emails() -> list[str]:
    return [member.email(slug=company.slug) for company in COMPANIES for member in company.members]


def _read_passwords(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    demo = json.loads(path.read_text())
    return {member["email"]: member["password"] for tenant in demo["tenants"] for member in tenant["members"]}


def _make_company(company: DemoCompany, *, passwords: dict[str, str], reset: set[str], now: datetime) -> str:
    """Make the company, its members and answer the key of its inbox. `reset`: addresses whose password is new."""
    owner = company.members[0].email(slug=company.slug)
    tenant = _find_or_sign_up(company, email=owner, password=passwords[owner], now=now)
    for member in company.members:
        email = member.email(slug=company.slug)
        try:
            add_member(tenant=tenant, email=email, name=member.name, password=passwords[email], role=member.role.value)
        except AlreadyMember:
            if email in reset:
                _set_password(email=email, name=member.name, password=passwords[email])
    with tenant_context(tenant):
        return get_inboxes()[0].key


def _find_or_sign_up(company: DemoCompany, *, email: str, password: str, now: datetime) -> TenantRef:
    with platform_context():
        tenant = Tenant.objects.filter(slug=company.slug).first()
    if not tenant:
        return sign_up(name=company.name, slug=company.slug, email=email, password=password, now=now, verified=True)
    steps.advance(tenant_id=tenant.id)
    return tenant.ref


def _set_password(*, email: str, name: str, password: str) -> None:
    """Give a person the password that demo.json says (the old one is lost) and a name (sign-up asks for none)."""
    with platform_context():
        person = find_person(email=email)
        if person:
            person.password = make_password(password)
            person.name = name
            person.save(update_fields=["password", "name"])


def _write(path: Path, *, port: int, passwords: dict[str, str], inboxes: dict[str, str]) -> None:
    tenants = [
        _describe(company, port=port, passwords=passwords, inbox=inboxes.get(company.slug, "")) for company in COMPANIES
    ]
    write_json(path, value={"platform": f"http://localhost:{port}", "tenants": tenants})


def _describe(company: DemoCompany, *, port: int, passwords: dict[str, str], inbox: str) -> dict[str, Any]:
    url = f"http://{company.slug}.localhost:{port}"
    members = [(member, member.email(slug=company.slug)) for member in company.members]
    return {
        "slug": company.slug,
        "url": url,
        "inbox": inbox,
        "try": f"{url}/try/{inbox}",
        "widget": f'<script src="{url}/widget.js" data-inbox="{inbox}" async></script>',
        "members": [
            {"email": email, "password": passwords[email], "role": member.role.value, "name": member.name}
            for member, email in members
        ],
    }
