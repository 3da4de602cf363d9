"""Domains of a company's own: proven by a real DNS or file, served only then, and stolen by nobody's mere word."""

import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings

from tenants.context import TenantRef, platform_context, tenant_context
from tenants.domains.commands import check_due, claim, look, remove
from tenants.domains.models import Domain
from tenants.domains.refusals import DomainClaimed, TooManyDomains
from tenants.domains.rules import LOST_AFTER
from tenants.members.member import Member
from tenants.queries import find_tenant_by_host
from tests.browser import Browser
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.naming import Names, serving_names

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
JSON = "application/json"


@pytest.fixture(autouse=True)
def nobody_else_is_due(database: str) -> None:
    """What other tests have left behind is not looked for here: one turn looks for some."""
    with platform_context():
        Domain.objects.update(next_at=None)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    with serving_names() as served:
        monkeypatch.setattr(settings, "YUNKE_DNS_SERVERS", served.address)
        yield served


@pytest.fixture
def domain() -> str:
    return f"chat-{secrets.token_hex(4)}.example.net"


@dataclass
class Company:
    """A tenant and who manages it."""

    tenant: TenantRef
    owner: Member

    def claim(self, name: str) -> Domain:
        with tenant_context(self.tenant):
            return claim(name=name, by=self.owner, now=NOW)

    def look(self, row: Domain, *, now: datetime = NOW) -> Domain:
        with tenant_context(self.tenant):
            return look(domain=row.id, by=self.owner, now=now)


@pytest.fixture
def two(make_tenant: MakeTenant, make_member: MakeMember) -> list[Company]:
    tenants = [make_tenant() for _ in range(2)]
    return [Company(tenant, make_member(tenant, role="owner")) for tenant in tenants]


def prove(names: Names, *rows: Domain) -> None:
    names.put(f"_yunke.{rows[0].name}", "TXT", *(f'"yunke-proof={row.token}"' for row in rows))


def test_a_record_proves_it(two: list[Company], names: Names, domain: str, client_for: ClientFor) -> None:
    (one, _), browser = two, client_for(two[0].tenant, two[0].owner)
    made = browser.post("/api/v1/domains", {"name": domain.upper()}, content_type=JSON).json()
    assert (made["state"], made["record"]["name"]) == ("pending", f"_yunke.{domain}")
    path = f"/api/v1/domains/{made['id']}"
    checked = browser.post(f"{path}/check", {}, content_type=JSON).json()
    assert (checked["state"], checked["problem"][:22]) == ("pending", "there is no TXT record")
    assert find_tenant_by_host(host=domain) is None
    names.put(f"_yunke.{domain}", "TXT", '"something else"', f'"{made["record"]["value"]}"')
    assert browser.post(f"{path}/check", {}, content_type=JSON).json()["state"] == "verified"
    assert find_tenant_by_host(host=f"{domain.upper()}:8000") == one.tenant
    guest = Browser(headers={"host": domain})
    assert guest.get("/sign-in").status_code == 200
    assert guest.get("/api/v1/me").status_code == 401
    assert browser.delete(path).status_code == 204
    assert find_tenant_by_host(host=domain) is None
    assert guest.get("/sign-in").status_code == 404


def test_a_file_proves_it(two: list[Company], names: Names, domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = two[0].claim(domain)
    told = {"text": f"yunke-proof={row.token}\n"}

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.path == "/.well-known/yunke-proof.txt" and self.headers["Host"].startswith(domain)
            self.send_response(200 if right else 404)
            self.end_headers()
            self.wfile.write(told["text"].encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        monkeypatch.setattr(settings, "YUNKE_PROOF_PORT", server.server_address[1])
        names.put(domain, "A", "127.0.0.1")
        proven = two[0].look(row)
        told["text"] = "something else"
        lost = two[0].look(row)
        monkeypatch.setattr(settings, "YUNKE_OUTBOUND_LOOPBACK", False)
        inside = two[0].look(row)
        server.shutdown()
        thread.join()
    assert (proven.state, proven.problem) == ("verified", "")
    assert "says something else" in lost.problem
    assert "address_refused" in inside.problem, "our own network is not asked"


def test_nobody_steals_by_word(two: list[Company], names: Names, domain: str) -> None:
    one, other = two
    first, second = one.claim(domain), other.claim(domain)
    prove(names, first)
    assert one.look(first).state == "verified"
    held = other.look(second)
    assert (held.state, find_tenant_by_host(host=domain)) == ("pending", one.tenant)
    prove(names, first, second)  # both proofs: who was first stays
    assert "another company" in other.look(second).problem
    assert find_tenant_by_host(host=domain) == one.tenant
    prove(names, second)  # the domain has changed hands
    assert other.look(second).state == "verified"
    assert find_tenant_by_host(host=domain) == other.tenant
    assert one.look(first).state in {"failed", "pending"}


def test_anothers_proof_is_worth_nothing(two: list[Company], names: Names, domain: str) -> None:
    one, other = two
    first, second = one.claim(domain), other.claim(domain)
    assert first.token != second.token
    prove(names, first)
    assert other.look(second).state == "pending"


def test_the_worker_looks_and_gives_up(two: list[Company], names: Names, domain: str) -> None:
    row, now = two[0].claim(domain), NOW
    for _ in range(60):
        check_due(now=now)
        now += timedelta(hours=6)
    with platform_context():
        row.refresh_from_db()
    assert (row.state, row.next_at) == ("failed", None)
    prove(names, row)
    assert two[0].look(row, now=now).state == "verified", "whoever asks is looked at again"


def test_a_proof_that_is_gone_is_waited_for(two: list[Company], names: Names, domain: str) -> None:
    row = two[0].claim(domain)
    prove(names, row)
    check_due(now=NOW)
    assert find_tenant_by_host(host=domain)
    names.put(f"_yunke.{domain}", "TXT")
    for n in range(LOST_AFTER):
        assert find_tenant_by_host(host=domain) == two[0].tenant, n
        check_due(now=NOW + timedelta(hours=13 * (n + 1)))
    assert find_tenant_by_host(host=domain) is None
    with platform_context():
        assert Domain.objects.get(id=row.id).state == "failed"


def test_a_dns_that_is_away_loses_nothing_at_once(two: list[Company], names: Names, domain: str) -> None:
    row = two[0].claim(domain)
    prove(names, row)
    two[0].look(row)
    names.silent = True
    assert two[0].look(row).state == "verified"


def test_what_is_refused(two: list[Company], names: Names, domain: str, client_for: ClientFor) -> None:
    one, other = two
    row = one.claim(domain)
    with pytest.raises(DomainClaimed):
        one.claim(domain)
    for n in range(9):
        one.claim(f"{n}.{domain}")
    with pytest.raises(TooManyDomains):
        one.claim(f"more.{domain}")
    browser = client_for(other.tenant, other.owner)
    for id_ in (row.id, other.tenant.id):
        answers = [
            browser.get(f"/api/v1/domains/{id_}"),
            browser.delete(f"/api/v1/domains/{id_}"),
            browser.post(f"/api/v1/domains/{id_}/check", {}, content_type=JSON),
        ]
        assert {answer.status_code for answer in answers} == {404}
    own = f"{other.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"
    assert browser.post("/api/v1/domains", {"name": own}, content_type=JSON).status_code == 422
    with tenant_context(one.tenant):
        remove(domain=row.id, by=one.owner, now=NOW)
