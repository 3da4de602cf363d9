"""Authenticator apps and recovery codes over the API: enrolling, signing in, using up, removing."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import make_password

from tenants.context import TenantRef, platform_context
from tenants.mail.models import Mail
from tenants.models import AuditNote, CodeApp, Membership, Session
from tenants.models import Person as Row
from tests.apps.factors.conftest import Person
from tests.conftest import PASSWORD, ClientFor, MakeTenant


def mails_to(person: Person) -> list[str]:
    with platform_context():
        found = Mail.objects.filter(to=person.member.email, template="factor_changed")
        return list(found.values_list("subject", flat=True))


def notes_of(tenant: TenantRef) -> list[str]:
    with platform_context():
        return list(AuditNote.objects.filter(tenant=tenant.id).order_by("id").values_list("action", flat=True))


def test_an_app_counts_once_a_code_confirms_it(person: Person) -> None:
    begun = person.post("me/factors", {"name": "  My   phone "}).json()
    assert begun["uri"].startswith("otpauth://totp/Yunke:")
    assert person.first_step().status_code == 200, "not before"
    person.secret = begun["secret"]
    wrong = person.post(f"me/factors/{begun['id']}/confirm", {"code": "000000"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "factor_refused")
    codes = person.post(f"me/factors/{begun['id']}/confirm", {"code": person.code()}).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert person.post(f"me/factors/{begun['id']}/confirm", {"code": person.code(1)}).status_code == 404
    shown = person.browser.get("/api/v1/me/factors").json()
    assert [(one["kind"], one["name"]) for one in shown["results"]] == [("code_app", "My phone")]
    assert shown["recovery_codes_left"] == 10
    assert len(mails_to(person)) == 1
    assert "factor.added" in notes_of(person.tenant)
    with platform_context():
        assert begun["secret"] not in str(CodeApp.objects.filter(id=begun["id"]).values().get())


def test_both_factors_open_and_each_code_once(person: Person) -> None:
    person.get_app()
    asked = person.first_step()
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_needed")
    assert asked.json()["methods"] == ["code", "recovery_code"]
    assert person.stranger.get("/api/v1/me").status_code == 401
    code = person.code()
    assert person.second_step(asked.json()["ticket"], code=code).status_code == 200
    assert person.stranger.get("/api/v1/me").status_code == 200
    again = person.second_step(person.first_step().json()["ticket"], code=code)
    assert again.json()["code"] == "wrong_factor", "a code is used once"
    assert person.second_step(again.json()["ticket"], code=person.code(1)).status_code == 200
    with platform_context():
        began = AuditNote.objects.filter(tenant=person.tenant.id, action="session.began").order_by("id").last()
    assert began
    assert began.after == {"way": "password", "factor": True}
    assert "session.refused" in notes_of(person.tenant)


def test_a_ticket_is_for_one_try_on_one_host_for_ten_minutes(
    person: Person, make_tenant: MakeTenant, client_for: ClientFor
) -> None:
    person.get_app()
    ticket = person.first_step().json()["ticket"]
    there = client_for(make_tenant())
    elsewhere = person.post("session", {"ticket": ticket, "code": person.code()}, there)
    assert elsewhere.json()["code"] == "not_waiting"
    wrong = person.second_step(ticket, code="000000")
    assert wrong.json()["code"] == "wrong_factor"
    assert person.second_step(ticket, code=person.code()).json()["code"] == "not_waiting"
    later = datetime.now(UTC) + timedelta(minutes=11)
    with patch("tenants.members.api.datetime") as clock:
        clock.now.return_value = later
        assert person.second_step(wrong.json()["ticket"], code=person.code()).json()["code"] == "not_waiting"
    assert person.second_step("garbage", code="1").json()["code"] == "not_waiting"


@pytest.mark.parametrize("how", ["password", "membership"])
def test_a_ticket_is_worth_what_it_stands_on(person: Person, how: str) -> None:
    person.get_app()
    ticket = person.first_step().json()["ticket"]
    with platform_context():
        if how == "password":
            Row.objects.filter(id=person.member.person_id).update(password=make_password("another 9 horse"))
        else:
            Membership.objects.filter(id=person.member.membership_id).update(is_active=False)
    assert person.second_step(ticket, code=person.code()).json()["code"] == "not_waiting"


def test_a_recovery_code_opens_once_and_is_told(person: Person) -> None:
    person.get_app()
    code = person.codes[3]
    said = code.upper().replace("-", " ")
    assert person.second_step(person.first_step().json()["ticket"], recovery_code=said).status_code == 200
    again = person.second_step(person.first_step().json()["ticket"], recovery_code=code)
    assert again.json()["code"] == "wrong_factor"
    assert person.browser.get("/api/v1/me/factors").json()["recovery_codes_left"] == 9
    assert notes_of(person.tenant).count("factor.recovery_used") == 1
    new = person.post("me/recovery-codes", {}).json()["recovery_codes"]
    assert person.second_step(again.json()["ticket"], recovery_code=person.codes[4]).json()["code"] == "wrong_factor"
    assert person.second_step(person.first_step().json()["ticket"], recovery_code=new[0]).status_code == 200
    assert len(mails_to(person)) == 4, "added, used, renewed, used"


def test_guessing_codes_is_slowed_whatever_ticket_is_shown(person: Person) -> None:
    person.get_app()
    statuses = []
    for _ in range(7):
        ticket = person.first_step().json()["ticket"]
        statuses.append(person.second_step(ticket, code="000000").status_code)
    assert statuses[:4] == [401] * 4
    assert 429 in statuses


def test_nothing_is_changed_without_a_recent_proof(person: Person) -> None:
    app = person.get_app()
    later = datetime.now(UTC) + timedelta(minutes=11)
    with patch("tenants.factors.api.datetime") as clock:
        clock.now.return_value = later
        for answer in (
            person.browser.delete(f"/api/v1/me/factors/{app}"),
            person.post("me/recovery-codes", {}),
            person.post("me/factors", {"name": "Mine"}),
            person.browser.patch(f"/api/v1/me/factors/{app}", {"name": "x"}, content_type="application/json"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "proof_needed")
        assert person.post("me/proof", {"password": "wrong"}).json()["code"] == "wrong_proof"
        assert person.post("me/proof", {"password": PASSWORD}).status_code == 204
        assert person.browser.delete(f"/api/v1/me/factors/{app}").status_code == 204


def test_with_the_last_factor_go_its_codes_and_the_other_sessions(person: Person) -> None:
    app = person.get_app()
    assert person.second_step(person.first_step().json()["ticket"], code=person.code()).status_code == 200
    assert person.browser.delete(f"/api/v1/me/factors/{app}").status_code == 204
    assert person.stranger.get("/api/v1/me").status_code == 401
    assert person.browser.get("/api/v1/me").status_code == 200
    left = person.browser.get("/api/v1/me/factors").json()
    assert (left["results"], left["recovery_codes_left"]) == ([], 0)
    with platform_context():
        (ended,) = AuditNote.objects.filter(tenant=person.tenant.id, action="session.ended")
        assert ended.after == {"why": "factor_removed"}
        (session,) = Session.objects.filter(person=person.member.person_id)
        assert session.factor is False
    assert person.first_step().status_code == 200


def test_a_password_is_no_proof_where_the_session_lacks_the_factor(person: Person, client_for: ClientFor) -> None:
    before = client_for(person.tenant, person.member)
    person.get_app()
    assert person.post("me/proof", {"password": PASSWORD}, before).json()["code"] == "wrong_proof"
    assert person.post("me/proof", {"code": person.code()}, before).status_code == 204


def test_only_who_has_proved_their_address_has_factors(person: Person) -> None:
    with platform_context():
        Row.objects.filter(id=person.member.person_id).update(verified_at=None)
    assert person.post("me/factors", {"name": "Phone"}).json()["code"] == "address_not_proved"


def test_nobody_else_sees_or_touches_them(person: Person, client_for: ClientFor, make_member: object) -> None:
    app = person.get_app()
    other = client_for(person.tenant, make_member(person.tenant, role="owner"))  # type: ignore[operator] # a fixture
    assert other.get("/api/v1/me/factors").json()["results"] == []
    gone = other.delete(f"/api/v1/me/factors/{app}")
    never = other.delete(f"/api/v1/me/factors/{app[:-4]}0000")
    assert (gone.status_code, gone.content) == (404, never.content)
