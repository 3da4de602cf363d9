"""One's own account: name, password, sessions; and passwords that were forgotten."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client

from tenants.context import TenantRef, platform_context
from tenants.members.models import Reset
from tenants.members.resets.commands import answer_resets, forget_resets
from tenants.models import Person, Session
from tests.apps.members.conftest import Browser, Enter, Noted, refused
from tests.apps.members.mails import code_to, mails_to
from tests.conftest import PASSWORD, ClientFor, MakeMember, MakeTenant

NEW = "staple 7 correct horse"


def sign_in(client: Client, email: str, password: str) -> int:
    body = {"email": email, "password": password}
    return client.post("/api/v1/session", body, content_type="application/json").status_code


def test_name_and_language(enter: Enter) -> None:
    agent = enter("agent")
    said = agent.patch("me", name=" Grace ", language="zh-hans").json()
    assert (said["person"]["name"], said["language"]) == ("Grace", "zh-hans")
    assert agent.get("me").json()["language"] == "zh-hans"
    assert refused(agent.patch("me", name="a\nb")) == (422, "invalid")
    assert refused(agent.patch("me", language="xx")) == (422, "invalid")


def test_a_new_password_ends_all_other_sessions_everywhere(
    enter: Enter, make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor, noted: Noted
) -> None:
    here = enter("agent")
    again, elsewhere = enter(member=here.member), make_tenant()
    there = Browser(client_for(elsewhere, make_member(elsewhere, email=here.member.email)), here.member)
    assert refused(here.post("me/password", old="wrong", new=NEW)) == (403, "wrong_password")
    assert refused(here.post("me/password", old=PASSWORD, new="short")) == (422, "invalid")
    assert [browser.get("me").status_code for browser in (here, again, there)] == [200, 200, 200]
    assert here.post("me/password", old=PASSWORD, new=NEW).status_code == 204
    assert [browser.get("me").status_code for browser in (here, again, there)] == [200, 401, 401]
    with platform_context():
        assert Session.objects.filter(person=here.person).count() == 1
    assert [note["after"] for note in noted("password.changed")] == [{"way": "own"}]
    assert len(noted("session.ended")) == 1


def test_guessing_the_old_password_is_slowed(enter: Enter) -> None:
    agent = enter("agent")
    found = [agent.post("me/password", old="wrong", new=NEW).status_code for _ in range(7)]
    assert (found[0], found[-1]) == (403, 429)


def test_a_session_says_from_where_it_began(tenant: TenantRef, enter: Enter, client_for: ClientFor) -> None:
    agent, browser = enter("agent"), client_for(tenant)
    browser.defaults |= {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Tests/2"}
    assert sign_in(browser, agent.member.email, PASSWORD) == 200
    row = browser.get("/api/v1/sessions").json()["results"][0]
    assert (row["address"], row["agent"], row["is_current"]) == ("203.0.113.9", "Tests/2", True)


def test_sessions_are_listed_and_ended(enter: Enter) -> None:
    here = enter("agent")
    others = [enter(member=here.member) for _ in range(2)]
    with platform_context():
        Session.objects.filter(person=here.person).update(seen_at=datetime.now(UTC) - timedelta(hours=1))
    here.client.get("/api/v1/me", headers={"user-agent": "Tests/1"}, REMOTE_ADDR="203.0.113.7")
    rows = here.get("sessions").json()["results"]
    assert [row["is_current"] for row in rows] == [False, False, True]
    assert (rows[2]["address"], rows[2]["agent"]) == ("203.0.113.7", "Tests/1")
    assert rows[2]["seen_at"] > rows[0]["seen_at"]
    assert here.delete(f"sessions/{rows[0]['id']}").status_code == 204
    assert refused(here.delete(f"sessions/{rows[0]['id']}")) == (404, "not_found")
    stranger = enter("agent")
    assert refused(stranger.delete(f"sessions/{rows[1]['id']}")) == (404, "not_found")
    assert here.delete("sessions").json() == {"ended": 1}
    assert [browser.get("me").status_code for browser in (here, *others)] == [200, 401, 401]
    assert here.delete(f"sessions/{rows[2]['id']}").status_code == 204
    assert here.get("me").status_code == 401


def ask(client: Client, email: str) -> tuple[int, str, bytes]:
    answer = client.post("/forgot", {"email": email})
    return answer.status_code, answer.headers["Location"], answer.content


def reset(client: Client, code: str, password: str = NEW) -> int:
    return client.post("/reset", {"code": code, "password": password}).status_code


def test_a_forgotten_password(
    enter: Enter, tenant: TenantRef, make_tenant: MakeTenant, client_for: ClientFor, noted: Noted
) -> None:
    agent, browser = enter("agent"), client_for(tenant)
    email = agent.member.email
    assert (
        ask(browser, email.upper()) == ask(browser, f"x{email}") == ask(browser, "\0") == (302, "/forgot?asked=1", b"")
    )
    assert mails_to(email) == [], "the request itself does nothing that could tell"
    answer_resets(now=datetime.now(UTC))
    answer_resets(now=datetime.now(UTC))
    assert len(mails_to(email)) == 1
    assert mails_to(f"x{email}") == []
    code = code_to(email)
    with platform_context():
        assert code not in str(list(Reset.objects.values()))
    assert reset(client_for(make_tenant()), code) == 410, "on another host"
    assert reset(browser, "x" * 43) == 410
    assert reset(browser, code, "short") == 422
    assert reset(browser, code) == 302
    assert reset(browser, code) == 410
    assert agent.get("me").status_code == 401
    assert sign_in(client_for(tenant), email, PASSWORD) == 401
    assert sign_in(client_for(tenant), email, NEW) == 200
    assert [note["after"] for note in noted("password.changed")] == [{"way": "reset"}]


def test_a_reset_lasts_an_hour_and_proves_the_address(enter: Enter, tenant: TenantRef, client_for: ClientFor) -> None:
    agent, browser = enter("agent"), client_for(tenant)
    with platform_context():
        Person.objects.filter(id=agent.person).update(verified_at=None)
    for _ in range(2):
        ask(browser, agent.member.email)
    answer_resets(now=datetime.now(UTC))
    with platform_context():
        Reset.objects.filter(person=agent.person).update(expires_at=datetime.now(UTC))
    assert reset(browser, code_to(agent.member.email)) == 410
    ask(browser, agent.member.email)
    answer_resets(now=datetime.now(UTC))
    assert reset(browser, code_to(agent.member.email)) == 302
    with platform_context():
        assert Person.objects.get(id=agent.person).verified_at is not None
    for _ in range(3):
        ask(browser, agent.member.email)
    answer_resets(now=datetime.now(UTC))
    assert len(mails_to(agent.member.email)) == 3, "no more than three an hour"
    forget_resets(now=datetime.now(UTC) + timedelta(days=2))
    with platform_context():
        assert not Reset.objects.filter(tenant=tenant.id).exists()


def test_who_has_left_gets_no_mail(enter: Enter, tenant: TenantRef, client_for: ClientFor) -> None:
    owner, agent = enter("owner"), enter("agent")
    owner.patch(f"members/{agent.id}", is_active=False)
    ask(client_for(tenant), agent.member.email)
    ask(client_for(tenant), f"nobody-{secrets.token_hex(4)}@example.com")
    answer_resets(now=datetime.now(UTC))
    assert mails_to(agent.member.email) == []


def test_the_link_leads_to_the_companys_own_address_whatever_the_request_says(
    tenant: TenantRef, make_member: MakeMember, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "YUNKE_TENANT_PORT", "")
    email, host = make_member(tenant).email, f"{tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"
    client_for(tenant).post("/forgot", {"email": email}, headers={"host": f"{host}:6666"})
    answer_resets(now=datetime.now(UTC))
    assert f"http://{host}/reset#" in mails_to(email)[-1]
