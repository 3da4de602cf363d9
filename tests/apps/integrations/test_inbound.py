"""A partner's call is taken once, when it is signed by the install's secret and sent just now."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from conversations.access.answers import forget_answers
from conversations.access.models import IdempotencyKey
from conversations.definitions.commands import publish
from tenants.context import tenant_context
from tenants.provisioning.suspension import suspend
from tests.apps.integrations.conftest import JSON, refused
from tests.apps.integrations.partner import LEI, Installed, install
from tests.conftest import MakeTenant
from tests.shop import Shop
from tests.signing import Partner, sign

CONTACTS = "/api/v1/contacts"
MOST = 262_144


@pytest.fixture
def partner(shop: Shop, admin: Client) -> Installed:
    host = f"{shop.tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}"
    return install(shop, admin, Partner(secret="", headers={"host": host}))


def contact_of(partner: Installed, answer: Any) -> Any:
    return partner.admin.get(f"{CONTACTS}/{answer.json()['contact']}").json()


def test_a_thread_is_one_conversation(partner: Installed) -> None:
    first, second = partner.say("Where is my parcel?"), partner.say("Hello?")
    assert first.status_code == second.status_code == 200, first.content
    assert first.json()["conversation"] == second.json()["conversation"]
    assert (first.json()["seq"], second.json()["seq"]) == (2, 3)
    said = partner.messages()
    assert [(event.body["author"], event.body["name"], event.body["text"]) for event in said] == [
        ("contact", "Lei", "Where is my parcel?"),
        ("contact", "Lei", "Hello?"),
    ]
    assert said[1].position == second.json()["position"]
    started = next(event for event in partner.shop.read_all() if event.kind == "conversation.started.v1")
    assert started.body == {"inbox": partner.shop.inbox, "channel": "partner"}
    other = partner.say("And another matter", thread="order-2")
    assert other.json()["conversation"] != first.json()["conversation"]
    assert other.json()["contact"] == first.json()["contact"]


def test_a_contact_is_known_again_and_what_is_said_of_them_written_down(partner: Installed) -> None:
    with tenant_context(partner.shop.tenant):
        publish(kind="contact_attribute", key="tier", body={"name": "Tier", "type": "text"}, now=datetime.now(UTC))
    made = partner.call(type="contact", contact={**LEI, "attributes": {"tier": "gold"}})
    known = contact_of(partner, made)
    assert (known["name"], known["email"], known["phone"]) == ("Lei", "lei@example.com", "+8613800138000")
    assert known["attributes"] == {"tier": "gold"}
    assert [one["id"] for one in partner.admin.get(CONTACTS, {"external_id": "customer-7"}).json()["results"]] == [
        made.json()["contact"]
    ]
    again = partner.call(type="contact", contact={"id": "customer-7", "name": "Lei Li"})
    assert again.json() == made.json() == {**made.json(), "type": "contact", "conversation": None, "ticket": None}
    assert contact_of(partner, again) == {**known, "name": "Lei Li"}
    assert partner.say("Hello").json()["contact"] == made.json()["contact"]


def test_a_ticket_out_of_a_thread(partner: Installed) -> None:
    said = partner.say("The parcel came open").json()
    ticket: dict[str, Any] = {
        "type": "ticket",
        "title": "Came open",
        "priority": "high",
        "contact": LEI,
        "thread": "order-1",
    }
    opened = partner.call(**ticket).json()
    shown = partner.admin.get(f"/api/v1/tickets/{opened['ticket']}").json()
    assert (shown["title"], shown["priority"]) == ("Came open", "high")
    assert str(said["conversation"]) in json.dumps(shown)
    assert opened["contact"] == said["contact"]
    alone = partner.call(type="ticket", title="Restock").json()
    assert (alone["contact"], alone["conversation"]) == (None, None)
    for wrong, field in (({"thread": "nothing"}, "thread"), ({"ticket_type": "nothing"}, "type")):
        answer = partner.call(**(ticket | wrong))
        assert (refused(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid"), field)


def test_the_same_call_again(partner: Installed) -> None:
    first = partner.say("once", id_="msg_1")
    assert partner.say("once", id_="msg_1").json() == first.json()
    assert refused(partner.say("twice", id_="msg_1")) == (422, "id_reused")
    assert len(partner.messages()) == 1
    with tenant_context(partner.shop.tenant):
        IdempotencyKey.objects.update(asked_at=datetime.now(UTC) - timedelta(hours=25))
        forget_answers(now=datetime.now(UTC))
    assert partner.say("once", id_="msg_1").json() == first.json(), "the log knows the message for ever"
    assert refused(partner.say("twice", id_="msg_1")) == (422, "id_reused")
    ticket = {"type": "ticket", "title": "Restock"}
    assert partner.call("msg_2", **ticket).json() == partner.call("msg_2", **ticket).json()


def test_what_was_refused_may_be_tried_again(partner: Installed) -> None:
    assert refused(partner.say("x", id_="msg_1", contact={**LEI, "attributes": {"tier": "gold"}})) == (422, "invalid")
    assert partner.say("x", id_="msg_1").status_code == 200


def test_a_message_has_an_id_of_its_own(partner: Installed) -> None:
    first = partner.say("once", id="m-1")
    assert partner.say("once", id="m-1").json()["seq"] == first.json()["seq"]
    assert refused(partner.say("twice", id="m-1")) == (409, "conflict")


def test_many_at_once_are_one(partner: Installed) -> None:
    def ask(_: int) -> Any:
        try:
            return partner.say("once", id_="msg_1")
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = list(pool.map(ask, range(12)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(partner.messages()) == 1


def test_many_who_begin_at_once_begin_one_conversation(partner: Installed) -> None:
    def ask(number: int) -> Any:
        try:
            return partner.say(str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        answers = [answer.json() for answer in pool.map(ask, range(12))]
    assert len({(answer["conversation"], answer["contact"]) for answer in answers}) == 1
    assert len(partner.messages()) == 12


BODY = json.dumps({"type": "contact", "contact": LEI}).encode()
MINUTES = timedelta(minutes=1)


def test_who_has_not_signed_it_just_now(partner: Installed, admin: Client, make_tenant: MakeTenant) -> None:
    secret, now = partner.said["secret"], datetime.now(UTC)
    other = install(partner.shop, admin, Partner(secret="")).said["secret"]
    good = sign(secret=secret, id_="a", body=BODY)
    wrong = [
        sign(secret=other, id_="a", body=BODY),
        sign(secret=secret, id_="a", body=BODY + b" "),
        {**good, "webhook-id": "b"},
        {**good, "webhook-timestamp": str(int(now.timestamp()) - 1)},
        {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v1a,")},
        {**good, "webhook-signature": "v1," + "é" * 44},
        *({**good, name: ""} for name in good),
        {**good, "webhook-timestamp": "9" * 40},
    ]
    answers = [ask(partner, partner.path, headers) for headers in wrong]
    partner.client.secret = secret
    answers.append(ask(partner, "/api/v1/inbound/01900000-0000-7000-8000-000000000010", good))
    elsewhere = Partner(secret=secret, headers={"host": f"{make_tenant().slug}.{settings.YUNKE_TENANT_DOMAIN}"})
    answers.append(elsewhere.post(partner.path, BODY, content_type=JSON, headers=good))
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].headers["WWW-Authenticate"] == "Signature"
    for off in (6 * MINUTES, -6 * MINUTES):
        late = ask(partner, partner.path, sign(secret=secret, id_="a", body=BODY, at=now + off))
        assert (late.status_code, "five minutes" in late.json()["detail"]) == (401, True)
    for off in (4 * MINUTES, -4 * MINUTES):
        headers = sign(secret=secret, id_="in-time", body=BODY, at=now + off)
        assert ask(partner, partner.path, headers).status_code == 200
    both = f"v1,{'A' * 44} {good['webhook-signature']}"
    assert ask(partner, partner.path, {**good, "webhook-signature": both}).status_code == 200


def ask(partner: Installed, path: str, headers: dict[str, str]) -> Any:
    return partner.client.post(path, BODY, content_type=JSON, headers=headers)


def test_what_is_no_call(partner: Installed) -> None:
    def say(body: bytes) -> Any:
        return partner.client.post(partner.path, body, content_type=JSON)

    large = say(json.dumps({"type": "message", "text": "x" * MOST}).encode())
    assert refused(large) == (413, "too_large")
    unsigned = partner.client.post(partner.path, b"x" * (MOST + 1), content_type=JSON, headers={"webhook-id": "x"})
    assert refused(unsigned) == (413, "too_large"), "nobody is looked up for it"
    assert refused(say(b"{")) == refused(say(b"[" * 100_000)) == (400, "malformed")
    for body in ({}, {"type": "nothing"}, {"type": "contact"}, {"type": "contact", "contact": LEI, "x": 1}):
        assert refused(say(json.dumps(body).encode())) == (422, "invalid")
    for field, value in (("email", "nobody"), ("phone", "13800138000"), ("id", " "), ("name", "")):
        answer = partner.call(type="contact", contact={**LEI, field: value})
        assert (refused(answer), answer.json()["errors"][0]["field"]) == ((422, "invalid"), f"contact.{field}")


def test_scopes(partner: Installed) -> None:
    path = f"/api/v1/installs/{partner.said['id']}"
    assert partner.admin.patch(path, {"scopes": ["contacts.edit"]}, content_type=JSON).status_code == 200
    assert partner.call(type="contact", contact=LEI).status_code == 200
    bodies: list[dict[str, Any]] = [
        {"type": "message", "thread": "1", "contact": LEI, "text": "x"},
        {"type": "ticket", "title": "x"},
    ]
    for body in bodies:
        assert refused(partner.call(**body)) == (403, "not_allowed")


def test_limits(partner: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "YUNKE_KEY_REQUESTS_A_MINUTE", 3)
    answers = [partner.say(str(n)) for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[2].headers["RateLimit-Remaining"] == "0"
    assert int(answers[3].headers["Retry-After"]) > 0


def test_a_thread_is_one_contacts(partner: Installed) -> None:
    partner.say("x")
    assert refused(partner.say("y", contact={"id": "customer-8"})) == (409, "thread_of_another")


def test_who_is_blocked(partner: Installed) -> None:
    contact = partner.say("x").json()["contact"]
    assert partner.admin.post(f"{CONTACTS}/{contact}/block", {}, content_type=JSON).status_code < 300
    assert refused(partner.say("y")) == (403, "contact_blocked")


def test_who_was_erased_is_somebody_new(partner: Installed) -> None:
    first = partner.say("my secret", id_="msg_1").json()
    erased = partner.admin.post(f"{CONTACTS}/{first['contact']}/erase", {}, content_type=JSON)
    assert erased.status_code < 300, erased.content
    with tenant_context(partner.shop.tenant), connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM channel_thread), (SELECT count(*) FROM idempotency_key)")
        assert cursor.fetchone() == (0, 0)
    second = partner.say("again").json()
    assert not {first["contact"], first["conversation"]} & {second["contact"], second["conversation"]}
    assert "my secret" not in str(partner.shop.read_all())


def test_a_resolved_conversation_is_gone_on_with(partner: Installed) -> None:
    conversation = partner.say("x").json()["conversation"]
    path = f"/api/v1/conversations/{conversation}"
    partner.admin.post(f"{path}/resolve", {}, content_type=JSON)
    assert partner.say("not yet").json()["conversation"] == conversation


def test_a_closed_company_takes_nothing(partner: Installed) -> None:
    partner.say("x", id_="msg_1")
    suspend(slug=partner.shop.tenant.slug, reason="unpaid", now=datetime.now(UTC))
    assert refused(partner.say("y")) == refused(partner.say("x", id_="msg_1")) == (403, "suspended")
    assert len(partner.messages()) == 1
