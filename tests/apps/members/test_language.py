"""The language that somebody chooses is theirs: in every browser they sign in with, and in the mails to them."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.mail.models import Mail
from tenants.members.member import Member
from tenants.models import Person
from tests.apps.members.conftest import Enter
from tests.conftest import PASSWORD, ClientFor, MakeMember

NOW = datetime.now(UTC)


def language_of(member: Member) -> str:
    with platform_context():
        return Person.objects.get(id=member.person_id).language


def choose(client: Client, language: str) -> Any:
    return client.post("/language", {"language": language, "next": "/settings/account"})


def sign_in(client: Client, member: Member) -> Client:
    body = {"email": member.email, "password": PASSWORD}
    assert client.post("/api/v1/session", body, content_type="application/json").status_code == 200
    return client


def page(client: Client, **headers: str) -> str:
    return client.get("/settings/account", headers={"accept-language": "en", **headers}).content.decode()


def test_it_is_kept_with_the_person_and_spoken_elsewhere(
    enter: Enter, tenant: TenantRef, client_for: ClientFor
) -> None:
    here = enter("agent")
    assert "Your name" in page(here.client)
    assert choose(here.client, "zh-hans").status_code == 302
    assert language_of(here.member) == "zh-hans"
    assert "您的姓名" in page(here.client)
    elsewhere = sign_in(client_for(tenant), here.member)
    assert "您的姓名" in page(elsewhere)
    choose(elsewhere, "en")
    assert "Your name" in page(elsewhere)
    assert "您的姓名" in page(here.client), "chosen in that browser"
    assert language_of(here.member) == "en"


def test_the_account_page_says_it_too(enter: Enter, tenant: TenantRef, client_for: ClientFor) -> None:
    here = enter("agent")
    form = {"do": "profile", "name": "Ada", "language": "zh-hans"}
    assert here.client.post("/settings/account", form).status_code == 302
    assert "您的姓名" in page(sign_in(client_for(tenant), here.member))


def test_nobody_else_and_no_nonsense_is_kept(enter: Enter, tenant: TenantRef, client_for: ClientFor) -> None:
    here = enter("agent")
    choose(here.client, "xx")
    choose(client_for(tenant), "zh-hans")
    assert language_of(here.member) == ""


def test_mails_are_in_the_language_of_who_gets_them(enter: Enter, tenant: TenantRef, make_member: MakeMember) -> None:
    """Whatever the language of the page is from which they are sent."""
    owner, other = enter("owner"), make_member(tenant, role="owner")
    with platform_context():
        Person.objects.filter(id=other.person_id).update(language="zh-hans")
    asked = owner.client.post(
        "/api/v1/company/deletion",
        {"password": PASSWORD},
        content_type="application/json",
        headers={"accept-language": "en"},
    )
    assert asked.status_code == 202
    with platform_context():
        subjects = {mail.to: mail.subject for mail in Mail.objects.filter(tenant=tenant.id, template="deletion_asked")}
    assert subjects[owner.member.email].isascii()
    assert not subjects[other.email].isascii()
