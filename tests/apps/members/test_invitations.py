"""Invitations: one use, seven days, hashed, of one tenant and one address; and nothing told of who has the address."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.members.models import Invitation
from tenants.models import Membership, Person
from tests.apps.members.conftest import Enter, Noted, refused
from tests.apps.members.mails import code_to, mails_to
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant

NEW = {"name": "Grace", "password": "staple 7 correct horse"}


def address() -> str:
    return f"grace-{secrets.token_hex(5)}@example.com"


def accept(client: Client, code: str, **form: str) -> Any:
    return client.post("/invitation", {"code": code, **form})


def test_somebody_new_joins_and_is_in(enter: Enter, tenant: TenantRef, client_for: ClientFor, noted: Noted) -> None:
    owner, email = enter("owner", name="O'Brien"), address()
    made = owner.post("invitations", email=email, role="supervisor")
    assert (made.status_code, made.json()["status"]) == (201, "open")
    assert owner.get(f"invitations/{made.json()['id']}").json() == made.json()
    assert refused(owner.get(f"invitations/{tenant.id}")) == (404, "not_found")
    assert refused(enter("agent").get(f"invitations/{made.json()['id']}")) == (403, "not_allowed")
    (mail,) = mails_to(email)
    assert mail.startswith("O'Brien invites you to Acme\n")
    assert f"http://{tenant.slug}.localhost/invitation#" in mail
    code = code_to(email)
    with platform_context():
        assert code not in str(list(Invitation.objects.filter(tenant=tenant.id).values()))
    browser = client_for(tenant)
    assert browser.get("/invitation").status_code == 200
    look = accept(browser, code)
    assert email in look.content.decode()
    assert 'name="name"' in look.content.decode()
    assert accept(browser, code, name="", password="x").status_code == 422
    done = accept(browser, code, **NEW)
    assert (done.status_code, done.headers["Location"]) == (302, "/")
    me = browser.get("/api/v1/me").json()
    assert (me["person"]["email"], me["person"]["name"], me["role"]) == (email, "Grace", "supervisor")
    with platform_context():
        assert Person.objects.get(id=me["person"]["id"]).verified_at is not None
    assert owner.get("invitations?status=accepted").json()["results"][0]["email"] == email
    assert [len(noted(f"member.{what}")) for what in ("invited", "joined")] == [1, 1]


def test_somebody_known_joins_by_their_password(
    enter: Enter, tenant: TenantRef, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    owner, known = enter("owner"), make_member(make_tenant(), name="Known")
    owner.post("invitations", email=known.email.upper(), role="agent")
    code, browser = code_to(known.email.upper()), client_for(tenant)
    assert 'name="name"' not in accept(browser, code).content.decode()
    assert accept(browser, code, name="Thief", password="wrong").status_code == 401
    assert accept(browser, code, name="Thief", password=PASSWORD).status_code == 302
    person = browser.get("/api/v1/me").json()["person"]
    assert (person["id"], person["name"]) == (str(known.person_id), "Known")


def test_what_is_answered_does_not_tell_who_has_the_address(
    enter: Enter, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    owner, known, unknown = enter("owner"), make_member(make_tenant()).email, address()
    answers = [owner.post("invitations", email=email, role="agent") for email in (known, unknown)]
    assert [answer.status_code for answer in answers] == [201, 201]
    bodies = [answer.json() for answer in answers]
    assert bodies[0].keys() == bodies[1].keys()
    told = [mails_to(email)[-1].partition("#")[0] for email in (known, unknown)]
    assert told[0] == told[1]


def test_codes_that_open_nothing(
    enter: Enter, tenant: TenantRef, make_tenant: MakeTenant, client_for: ClientFor
) -> None:
    owner, browser = enter("owner"), client_for(tenant)
    email = address()
    invitation = owner.post("invitations", email=email, role="agent").json()["id"]
    code = code_to(email)
    assert accept(client_for(make_tenant()), code).status_code == 404, "of another tenant"
    assert accept(browser, "x" * 43).status_code == 404
    with platform_context():
        Invitation.objects.filter(id=invitation).update(expires_at=datetime.now(UTC))
    assert accept(browser, code, **NEW).status_code == 410
    again = owner.post("invitations", email=email, role="agent")
    assert again.status_code == 201, "an expired one makes room"
    assert accept(browser, code, **NEW).status_code == 410, "the old code stays closed"
    newer = code_to(email)
    assert owner.delete(f"invitations/{again.json()['id']}").status_code == 204
    assert "withdrawn" in accept(browser, newer, **NEW).content.decode()
    owner.post("invitations", email=email, role="agent")
    last = code_to(email)
    assert accept(browser, last, **NEW).status_code == 302
    used = accept(client_for(tenant), last, **NEW)
    assert used.status_code == 410
    assert "accepted already" in used.content.decode()


def test_sending_again_replaces_the_code(enter: Enter, tenant: TenantRef, client_for: ClientFor) -> None:
    owner, email = enter("owner"), address()
    invitation = owner.post("invitations", email=email, role="agent").json()["id"]
    first = code_to(email)
    assert refused(owner.post(f"invitations/{invitation}/resend")) == (429, "sent_just_now")
    with platform_context():
        Invitation.objects.filter(id=invitation).update(sent_at=datetime.now(UTC) - timedelta(hours=1))
    assert owner.post(f"invitations/{invitation}/resend").status_code == 200
    assert accept(client_for(tenant), first).status_code == 404
    assert accept(client_for(tenant), code_to(email)).status_code == 200
    assert owner.delete(f"invitations/{invitation}").status_code == 204
    assert owner.delete(f"invitations/{invitation}").status_code == 204
    assert refused(owner.post(f"invitations/{invitation}/resend")) == (409, "invitation_closed")


def test_who_is_here_or_invited_is_not_invited_again(enter: Enter) -> None:
    owner, agent, email = enter("owner"), enter("agent"), address()
    owner.post("invitations", email=email, role="agent")
    assert refused(owner.post("invitations", email=email.upper(), role="viewer")) == (409, "already_invited")
    assert refused(owner.post("invitations", email=agent.member.email, role="viewer")) == (409, "already_member")
    assert refused(owner.post("invitations", email="nonsense", role="viewer")) == (422, "invalid")
    assert refused(owner.post("invitations", email=address(), role="stranger")) == (422, "invalid")
    assert refused(agent.post("invitations", email=address(), role="viewer")) == (403, "not_allowed")


def test_an_owner_who_has_not_proved_their_address_invites_nobody(enter: Enter) -> None:
    owner = enter("owner")
    with platform_context():
        Person.objects.filter(id=owner.person).update(verified_at=None)
    assert refused(owner.post("invitations", email=address(), role="agent")) == (403, "address_unconfirmed")


@pytest.mark.parametrize("what", ["gone", "demoted", "grown"])
def test_an_invitation_is_worth_what_its_sender_is_worth_now(
    enter: Enter, tenant: TenantRef, client_for: ClientFor, what: str
) -> None:
    owner, admin, email = enter("owner"), enter("admin"), address()
    owner.post("roles", key="trainee", name="T", permissions=["members.view"])
    admin.post("invitations", email=email, role="trainee")
    code = code_to(email)
    if what == "gone":
        owner.delete(f"members/{admin.id}")
    elif what == "demoted":
        owner.patch(f"members/{admin.id}", role="viewer")
    else:
        owner.patch("roles/trainee", revision=1, permissions=["tenant.manage"])
    assert accept(client_for(tenant), code, **NEW).status_code == 410
    with platform_context():
        assert not Membership.objects.filter(tenant=tenant.id, person__email=email).exists()


def test_the_page_in_chinese(tenant: TenantRef, client_for: ClientFor) -> None:
    page = client_for(tenant).get("/invitation", headers={"accept-language": "zh-CN"}).content.decode()
    assert "验证码" in page


def test_guessing_a_known_persons_password_is_slowed(
    enter: Enter, tenant: TenantRef, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor
) -> None:
    known = make_member(make_tenant())
    enter("owner").post("invitations", email=known.email, role="agent")
    code, browser = code_to(known.email), client_for(tenant)
    found = [accept(browser, code, password="wrong").status_code for _ in range(7)]
    assert found[0] == 401
    assert found[-1] == 429


def test_accepting_by_rest_on_the_platforms_host(
    enter: Enter, tenant: TenantRef, platform_client: Client, make_tenant: MakeTenant, client_for: ClientFor
) -> None:
    owner, email = enter("owner"), address()
    owner.post("invitations", email=email, role="agent")
    said = {"company": tenant.slug, "code": code_to(email), **NEW}

    def ask(key: str = "", **changes: str) -> Any:
        headers = {"idempotency-key": key} if key else {}
        body = {**said, **changes}
        return platform_client.post(
            "/api/v1/invitations/accept", body, content_type="application/json", headers=headers
        )

    for changes in ({"company": make_tenant().slug}, {"company": "nobody-here"}, {"code": "x"}):
        assert refused(ask(**changes)) == (404, "invitation_unknown")
    for changes in ({"password": "short"}, {"company": "a\0b"}):
        assert refused(ask(**changes)) == (422, "invalid")
    first, again = ask("k-1"), ask("k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["url"] == f"http://{tenant.slug}.localhost"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused(ask("k-1", name="Other")) == (422, "idempotency_key_reused")
    assert refused(ask()) == (410, "invitation_accepted")
    body = {"email": email, "password": NEW["password"]}
    assert client_for(tenant).post("/api/v1/session", body, content_type="application/json").status_code == 200
