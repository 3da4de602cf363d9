"""Marks that a company puts into the DNS: both companies say that one domain is theirs, and one mark stands there."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from unittest.mock import patch

from django.conf import settings

from tenants.context import platform_context
from tenants.domains import proving
from tenants.domains.models import Domain
from tenants.models import SsoDomain
from tenants.sso.commands import RECORD, record_text
from tests.architecture.probe.mirror.company import JSON, Company
from tests.architecture.probe.shown.kind import Credential, Kind, says
from tests.naming import Names, serving_names


@dataclass(frozen=True)
class Wanted:
    """The DNS, and what each company calls the domain that both want, by its mark."""

    names: Names
    domain: str
    ids: dict[str, str]


@contextmanager
def _wanted(table: Any, field: str, companies: tuple[Company, ...], **more: Any) -> Iterator[Wanted]:
    domain = f"d{secrets.token_hex(4)}.example"
    with platform_context():
        rows = {
            company.mark: table.objects.create(
                tenant_id=company.tenant.id, token=secrets.token_urlsafe(32), **{field: domain}, **more
            )
            for company in companies
        }
    try:
        with serving_names() as names, patch.object(settings, "YUNKE_DNS_SERVERS", names.address):
            yield Wanted(names, domain, {mark: str(row.id) for mark, row in rows.items()})
    finally:
        with platform_context():
            table.objects.filter(**{field: domain}).delete()


@contextmanager
def _claimed(ours: Company, theirs: Company) -> Iterator[Credential]:
    with _wanted(Domain, "name", (ours, theirs), claimed_at=datetime.now(UTC)) as wanted:
        with platform_context():
            token = Domain.objects.get(id=wanted.ids[ours.mark]).token
        yield Credential(token, wanted)


def _check(company: Company, one: Credential) -> Any:
    wanted: Wanted = one.along
    wanted.names.put(f"{proving.RECORD}.{wanted.domain}", "TXT", f'"{proving.WORD}{one.text}"')
    return company.browser().post(f"/api/v1/domains/{wanted.ids[company.mark]}/check", {}, content_type=JSON)


@contextmanager
def _entered(ours: Company, theirs: Company) -> Iterator[Credential]:
    with _wanted(SsoDomain, "domain", (ours, theirs)) as wanted:
        with platform_context():
            text = record_text(SsoDomain.objects.get(id=wanted.ids[ours.mark]))
        yield Credential(text, wanted)


def _check_for_people(company: Company, one: Credential) -> Any:
    wanted: Wanted = one.along
    wanted.names.put(f"{RECORD}.{wanted.domain}", "TXT", f'"{one.text}"')
    return company.browser().post(f"/api/v1/sso/domains/{wanted.ids[company.mark]}/check", {}, content_type=JSON)


KINDS: Final = (
    Kind(
        name="mark of a domain",
        make=_claimed,
        show=_check,
        works=lambda answer: answer.json()["state"] == "verified",
        made_up=lambda _: secrets.token_urlsafe(32),
        # What was found there, and when; and once a minute when who looked was last seen.
        writes=frozenset({"public.domains", "public.sessions"}),
    ),
    Kind(
        name="mark of a domain of addresses",
        make=_entered,
        show=_check_for_people,
        works=says(200),
        made_up=lambda text: text[:-32] + secrets.token_urlsafe(24),
        writes=frozenset({"public.sessions"}),
    ),
)
