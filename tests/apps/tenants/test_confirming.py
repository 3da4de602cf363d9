"""Confirming an address: who gets what, what waits for it, and that nobody gets somebody else's identity by it."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from conversations.definitions.inbox.queries import get_inboxes
from conversations.threads.actors import of_member
from conversations.threads.commands import take
from conversations.threads.queries import get_state
from tenants.confirming import commands
from tenants.confirming.refusals import CodeRefused
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.guessing import Guesses
from tenants.mail.models import Mail
from tenants.mail.queueing import PURPOSE
from tenants.members.commands import add_member, check_credentials
from tenants.members.queries import get_members
from tenants.models import AuditNote, Person, Session
from tenants.queries import find_tenant_by_slug
from tenants.secrets import unseal
from tenants.tries import Tries
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant
from tests.shop import Shop

CHOSEN = "another 9 battery"
JSON = "application/json"


@dataclass
class Signed:
    """A company that was signed up at the door, and the mail that its owner got."""

    tenant: TenantRef
    email: str
    subject: str
    mail: str

    @property
    def code(self) -> str:
        """The code in the mail's link."""
        found = re.search(r"/confirm#(\S+)", self.mail)
        assert found
        return found[1]


@pytest.fixture(autouse=True)
def _fresh_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "CODES", Guesses(name=secrets.token_hex(4)))


def mails(tenant: TenantRef) -> list[tuple[str, str]]:
    with platform_context():
        rows = Mail.objects.filter(tenant=tenant.id).order_by("id")
        return [(row.subject, unseal(sealed=row.body, purpose=PURPOSE, tenant=tenant.id, row=row.id)) for row in rows]


def at_the_door(client: Client, email: str | None = None) -> Signed:
    slug, email = f"c-{secrets.token_hex(6)}", email or f"{secrets.token_hex(6)}@example.com"
    body = {"name": "Cloud <Tea>", "slug": slug, "email": email, "password": CHOSEN}
    answer = client.post("/api/v1/tenants", body, content_type=JSON)
    assert answer.status_code == 201, answer.content
    tenant = find_tenant_by_slug(slug=slug)
    assert tenant
    ((subject, mail),) = mails(tenant)
    return Signed(tenant, email, subject, mail)


def sign_in(client: Client, signed: Signed) -> None:
    body = {"email": signed.email, "password": CHOSEN}
    assert client.post("/api/v1/session", body, content_type=JSON).status_code == 200


def show(client: Client, signed: Signed, **form: str) -> Any:
    return client.post("/confirm", {"code": signed.code, "password": CHOSEN, **form})


def owner_of(tenant: TenantRef) -> Person:
    (member,) = get_members(tenant=tenant)
    with platform_context():
        return Person.objects.get(id=member.person_id)


def is_confirmed(signed: Signed) -> bool:
    found = find_tenant_by_slug(slug=signed.tenant.slug)
    assert found
    return found.confirmed


def test_the_mail_names_the_company_and_its_own_host(platform_client: Client) -> None:
    signed = at_the_door(platform_client)
    assert signed.subject == "Confirm your e-mail address for Cloud <Tea>"
    assert f"http://{signed.tenant.slug}.localhost/confirm#" in signed.mail
    assert "You have an account" not in signed.mail
    assert PASSWORD not in signed.mail


def test_who_confirms_first_becomes_the_owner_of_the_address(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    assert not is_confirmed(signed)
    assert show(client, signed).headers["location"] == "/confirm?done=yes"
    assert is_confirmed(signed)
    assert owner_of(signed.tenant).verified_at
    assert show(client, signed).status_code == 422, "a code works once"
    with platform_context():
        notes = AuditNote.objects.filter(tenant=signed.tenant.id).values_list("action", flat=True)
        assert {"tenant.signed_up", "person.verified"} <= set(notes)


def test_a_code_without_the_password_or_the_session_confirms_nothing(
    platform_client: Client, client_for: ClientFor, make_member: MakeMember
) -> None:
    """Else somebody else would hold a proved identity because the address's owner followed a link."""
    signed = at_the_door(platform_client)
    assert show(client_for(signed.tenant), signed, password="guessed 9 battery").status_code == 422
    assert show(client_for(signed.tenant), signed, password="").status_code == 422
    stranger = client_for(signed.tenant, make_member(signed.tenant))
    assert show(stranger, signed, password="").status_code == 422
    assert owner_of_unverified(signed) is None
    client = client_for(signed.tenant)
    sign_in(client, signed)
    assert show(client, signed, password="").status_code == 302
    assert client.get("/api/v1/me").json()["tenant"]["confirmed"] is True


def owner_of_unverified(signed: Signed) -> datetime | None:
    with platform_context():
        return Person.objects.get(email=signed.email).verified_at


def test_a_code_is_worth_nothing_on_another_host(
    platform_client: Client, client_for: ClientFor, make_tenant: MakeTenant
) -> None:
    signed = at_the_door(platform_client)
    assert show(client_for(make_tenant()), signed).status_code == 422


def test_a_code_that_is_too_old_is_refused(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    with platform_context():
        later = datetime.now(UTC) + timedelta(days=3)
    with pytest.raises(CodeRefused):
        commands.confirm(tenant=signed.tenant, code=signed.code, place="", signed_in=None, password=CHOSEN, now=later)


def test_a_code_may_be_typed_in_small_letters_with_blanks(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    typed = f" {signed.code.lower().replace('-', ' ')} "
    assert show(client_for(signed.tenant), signed, code=typed).status_code == 302


@pytest.mark.parametrize("code", ["", "\0", "码", "x" * 100_000, "ABCD-EFGH-JKMN-PQRS"])
def test_what_is_no_code_is_refused_alike(platform_client: Client, client_for: ClientFor, code: str) -> None:
    signed = at_the_door(platform_client)
    page = client_for(signed.tenant).post("/confirm", {"code": code, "password": CHOSEN})
    assert page.status_code == 422


def test_codes_are_guessed_slowly(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    assert {show(client, signed, code="WRNG").status_code for _ in range(5)} == {422}
    refused = show(client, signed)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")


def test_a_known_owner_gets_the_company_under_their_own_password(
    platform_client: Client, client_for: ClientFor, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    known = make_member(make_tenant(), role="owner")
    signed = at_the_door(platform_client, email=known.email.upper())
    assert "You have an account with us already" in signed.mail
    client = client_for(signed.tenant)
    sign_in(client, signed)
    gone = owner_of(signed.tenant)
    conversation = taken_by_owner(signed.tenant)
    assert show(client, signed, password="").headers["location"] == "/confirm?done=joined"
    assert client.get("/api/v1/me").status_code == 401
    (owner,) = get_members(tenant=signed.tenant)
    assert (owner.person_id, owner.role) == (known.person_id, "owner")
    assert check_credentials(tenant=signed.tenant, email=known.email, password=PASSWORD) == owner
    with platform_context():
        assert not Person.objects.filter(id=gone.id).exists()
        assert not Session.objects.filter(person_id=gone.id).exists()
    with tenant_context(signed.tenant):
        assert get_state(conversation=conversation).assignee == known.person_id


def taken_by_owner(tenant: TenantRef) -> Any:
    guest = Shop(tenant=tenant).welcome(text="hello")
    (owner,) = get_members(tenant=tenant)
    with tenant_context(tenant):
        take(conversation=guest.conversation, actor=of_member(member=owner), now=datetime.now(UTC))
    return guest.conversation


def test_the_second_of_two_who_signed_up_joins_the_first_who_confirmed(
    platform_client: Client, client_for: ClientFor
) -> None:
    first = at_the_door(platform_client)
    second = at_the_door(platform_client, email=first.email)
    assert "You have an account" not in second.mail
    assert show(client_for(second.tenant), second).headers["location"] == "/confirm?done=yes"
    assert show(client_for(first.tenant), first).headers["location"] == "/confirm?done=joined"
    assert owner_of(first.tenant) == owner_of(second.tenant)


def test_who_was_a_member_there_already_becomes_the_owner(
    platform_client: Client, client_for: ClientFor, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    known = make_member(make_tenant())
    signed = at_the_door(platform_client, email=known.email)
    add_member(tenant=signed.tenant, email=known.email, name="Ada", password=PASSWORD, role="agent")
    assert show(client_for(signed.tenant), signed).status_code == 302
    (owner,) = get_members(tenant=signed.tenant)
    assert (owner.person_id, owner.role) == (known.person_id, "owner")


def test_the_mail_is_sent_again_to_who_asks_and_not_without_end(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    assert client.post("/confirm/again").status_code == 403
    sign_in(client, signed)
    assert "Send the mail again" in client.get("/settings/inboxes").content.decode()
    answers = [client.post("/confirm/again", headers={"accept-language": "zh-CN"}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    told = mails(signed.tenant)
    assert len(told) == 4
    assert told[-1][0] == "为 Cloud <Tea> 确认邮箱"
    assert show(client, signed).status_code == 302, "the first code is still good"
    assert client.post("/confirm/again").headers["location"] == "/confirm?done=yes"
    assert len(mails(signed.tenant)) == 4
    assert "Send the mail again" not in client.get("/settings/inboxes").content.decode()


def test_who_has_had_their_mails_is_signed_up_without_one_and_asks_for_it_signed_in(
    platform_client: Client, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.provisioning.door.MAILS", Tries(name=secrets.token_hex(4), limit=2))
    first = at_the_door(platform_client)
    at_the_door(platform_client, email=first.email.upper())
    body = {"name": "A", "slug": f"c-{secrets.token_hex(6)}", "email": first.email, "password": CHOSEN}
    assert platform_client.post("/api/v1/tenants", body, content_type=JSON).status_code == 201
    signed = find_tenant_by_slug(slug=body["slug"])
    assert signed
    assert mails(signed) == []
    client = client_for(signed)
    sign_in(client, Signed(signed, first.email, "", ""))
    assert client.post("/confirm/again").status_code == 302
    assert len(mails(signed)) == 1


ELSEWHERE = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://shop.example"},
    {"referer": "https://shop.example/tea"},
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_an_unconfirmed_companys_chat_opens_on_our_own_page_only(
    platform_client: Client, client_for: ClientFor, headers: dict[str, str]
) -> None:
    signed = at_the_door(platform_client)
    with tenant_context(signed.tenant):
        inbox = get_inboxes()[0].key
    client = client_for(signed.tenant)

    def ask(headers: dict[str, str]) -> list[int]:
        visitor = client.post("/api/v1/visitors", {"inbox": inbox}, content_type=JSON, headers=headers)
        if visitor.status_code == 403:
            assert visitor.json()["code"] == "address_unconfirmed"
        pages = [client.get(path, headers=headers).status_code for path in ("/widget.js", f"/widget/{inbox}")]
        return [visitor.status_code, *pages]

    host = f"{signed.tenant.slug}.localhost"
    assert ask(headers) == [403, 403, 403]
    assert ask({"sec-fetch-site": "same-origin", "origin": f"http://{host}"}) == [201, 200, 200]
    assert client.get("/widget.js").headers["Cache-Control"] == "no-store"
    assert client.get(f"/widget/{inbox}").headers["Content-Security-Policy"].endswith("frame-ancestors 'self'")
    assert show(client, signed).status_code == 302
    assert ask(headers) == [201, 200, 200]


def test_no_embedding_site_is_named_before_the_address_is_confirmed(
    platform_client: Client, client_for: ClientFor
) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    sign_in(client, signed)
    with tenant_context(signed.tenant):
        inbox = get_inboxes()[0]
    form = {"key": inbox.key, "name": "Tea", "color": "#0b6e4f", "origins": "https://shop.example"}
    assert client.post("/settings/inboxes", form).status_code == 302
    policy = client.get(f"/widget/{inbox.key}").headers["Content-Security-Policy"]
    assert "shop.example" not in policy
    assert show(client, signed).status_code == 302
    assert "shop.example" in client.get(f"/widget/{inbox.key}").headers["Content-Security-Policy"]


def test_an_unconfirmed_company_makes_no_keys(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    sign_in(client, signed)
    body = {"name": "Robot", "scopes": ["members.view"]}
    refused = client.post("/api/v1/keys", body, content_type=JSON)
    assert (refused.status_code, refused.json()["code"]) == (403, "address_unconfirmed")
    assert show(client, signed).status_code == 302
    assert client.post("/api/v1/keys", body, content_type=JSON).status_code == 201


def test_the_pages_ask_in_both_languages_and_a_name_is_text(platform_client: Client, client_for: ClientFor) -> None:
    signed = at_the_door(platform_client)
    client = client_for(signed.tenant)
    for language, words in (("en", "Confirm your e-mail address"), ("zh-CN", "确认邮箱")):
        page = client.get("/confirm", headers={"accept-language": language})
        assert words in page.content.decode()
        assert "<Tea>" not in page.content.decode()
        assert page.headers["Cache-Control"].startswith("max-age=0")
    sign_in(client, signed)
    desk = client.get("/").content.decode()
    assert "Send the mail again" in desk
    assert signed.email in desk
