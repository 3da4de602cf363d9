"""What says who a person or a program is: sessions, keys, tickets between companies and between two factors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from tenants.context import platform_context
from tenants.factors import recovery_codes
from tenants.factors.models import CodeApp, RecoveryCode
from tenants.members.member import Member
from tests.architecture.probe.mirror.company import JSON, PASSWORD, Company
from tests.architecture.probe.shown.kind import (
    Credential,
    Kind,
    at_once,
    browser_with,
    cookie_of,
    drawn,
    leads,
    says,
    session_key,
    spoil,
)


def _session(ours: Company, _theirs: Company) -> Credential:
    return Credential(ours.session_of(ours.both))


def _ask_who(company: Company, one: Credential) -> Any:
    return browser_with(company, one.text).get("/api/v1/me")


def _key(ours: Company, _theirs: Company) -> Credential:
    return Credential(ours.secret)


def _list(company: Company, one: Credential) -> Any:
    return company.anybody(authorization=f"Bearer {one.text}").get("/api/v1/inboxes")


def _switching(ours: Company, theirs: Company) -> Credential:
    """One that leads from their host to ours, for who works in both: whom else it lets in, its address alone says."""
    page = theirs.browser(theirs.both).post("/switch-to", {"tenant": str(ours.tenant.id)})
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.content.decode())
    return Credential(ticket, f"http://{theirs.host}")


def _arrive(company: Company, one: Credential) -> Any:
    return company.anybody(origin=one.along).post("/switch", {"ticket": one.text})


@contextmanager
def with_factor(member: Member) -> Iterator[list[str]]:
    """Let a second factor be asked of the person inside the block; answer their recovery codes."""
    now, whose = datetime.now(UTC), {"person_id": member.person_id}
    with platform_context():
        app = CodeApp.objects.create(**whose, name="Phone", secret="none", created_at=now, confirmed_at=now)
        codes = recovery_codes.renew(**whose)
    try:
        yield codes
    finally:
        with platform_context():
            RecoveryCode.objects.filter(**whose).delete()
            app.delete()


@contextmanager
def _waiting(ours: Company, _theirs: Company) -> Iterator[Credential]:
    with with_factor(ours.both) as codes:
        yield Credential(_ticket(ours, ours.both), codes[0])


def _ticket(company: Company, member: Member) -> str:
    """Show the first factor; answer the ticket for the second."""
    said = {"email": member.email, "password": PASSWORD}
    told = company.anybody().post("/api/v1/session", said, content_type=JSON).json()
    assert told["code"] == "second_factor_needed", told
    return str(told["ticket"])


def _show_second(company: Company, one: Credential) -> Any:
    said = {"ticket": one.text, "recovery_code": one.along}
    return company.anybody().post("/api/v1/session", said, content_type=JSON)


@contextmanager
def _half_in(ours: Company, _theirs: Company) -> Iterator[Credential]:
    with with_factor(ours.both) as codes:
        client = ours.anybody()
        answer = client.post("/sign-in", {"email": ours.both.email, "password": PASSWORD})
        assert answer.headers["Location"] == "/sign-in/second", answer.content
        yield Credential(cookie_of(client), codes[0])


def _show_second_on_page(company: Company, one: Credential) -> Any:
    return browser_with(company, one.text).post("/sign-in/second", {"recovery_code": one.along})


@contextmanager
def _recovering(ours: Company, theirs: Company) -> Iterator[Credential]:
    with with_factor(ours.agent) as codes, with_factor(theirs.agent):
        yield Credential(codes[0])


def _recover(company: Company, one: Credential) -> Any:
    """As the company's own agent, who has shown a password there."""
    return _show_second(company, Credential(_ticket(company, company.agent), one.text))


KINDS: Final = (
    Kind(name="session", make=at_once(_session), show=_ask_who, works=says(200), made_up=session_key),
    Kind(name="key", make=at_once(_key), show=_list, works=says(200), made_up=lambda key: key[:-43] + drawn("")),
    Kind(name="switch ticket", make=at_once(_switching), show=_arrive, works=leads("/"), made_up=spoil, once=True),
    Kind(name="second-factor ticket", make=_waiting, show=_show_second, works=says(200), made_up=spoil, once=True),
    Kind(
        name="half a session",
        make=_half_in,
        show=_show_second_on_page,
        works=lambda answer: leads("/")(answer) and not leads("/sign-in")(answer),
        made_up=session_key,
        once=True,
    ),
    Kind(
        name="recovery code",
        make=_recovering,
        show=_recover,
        works=says(200),
        made_up=lambda _: recovery_codes._draw(),
        once=True,
        grows=frozenset({"public.audit_notes"}),
    ),
)
