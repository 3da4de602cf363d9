"""Teams, agents, queues and inboxes: what may be published, and that what they name is there."""

from typing import Any
from uuid import uuid4

from django.test import Client

from tenants.context import TenantRef
from tenants.members.member import Member
from tests.apps.definitions.speaking import Desk, fields, refused
from tests.conftest import MakeMember, MakeTenant
from tests.shop import Shop


def put_in_force(desk: Desk, place: str, body: dict[str, Any]) -> Any:
    """Draft and publish; answer whichever was refused, or what was published."""
    drafted = desk.put(place, body)
    if drafted.status_code != 200:
        return drafted
    return desk.post(f"{place}/publish", {"revision": drafted.json()["draft"]["revision"]})


def test_a_team_holds_members_of_this_company_alone(
    definitions: Desk, member: Member, make_tenant: MakeTenant, make_member: MakeMember
) -> None:
    team = {"name": "Sales", "members": [{"member": str(member.person_id), "role": "lead"}]}
    assert definitions.publish("team/sales", team)["body"] == team
    elsewhere, nobody = make_member(make_tenant()).person_id, uuid4()
    answers = [
        put_in_force(definitions, f"team/{key}", {"name": "T", "members": [{"member": str(who)}]})
        for key, who in (("other", elsewhere), ("never", nobody))
    ]
    assert [(refused(answer), answer.json()["errors"]) for answer in answers] == [
        ((422, "invalid"), [{"field": "members.0.member", "code": "not_found", "detail": "No such member."}])
    ] * 2
    twice = {"name": "T", "members": [{"member": str(member.person_id)}] * 2}
    assert fields(definitions.put("team/twice", twice)) == ["members.1.member"]


def test_an_agent_is_a_member_and_named_by_the_key(definitions: Desk, member: Member) -> None:
    body = {"skills": {"billing": 3}, "languages": ["zh", "en"], "capacity": 8, "weights": {"webchat": 2}}
    assert definitions.publish(f"agent/{member.person_id}", body)["body"] == body
    assert fields(put_in_force(definitions, f"agent/{uuid4()}", body)) == ["key"]
    assert fields(definitions.put("agent/ada", body)) == ["key"]


def test_a_queue_names_teams_and_queues_that_are_in_force(definitions: Desk, member: Member) -> None:
    lost = {"name": "Q", "teams": ["sales"], "overflow": {"queue": "rest", "after_s": 60}}
    assert fields(put_in_force(definitions, "queue/first", lost)) == ["overflow.queue", "teams.0"]
    definitions.publish("team/sales", {"name": "Sales", "members": [{"member": str(member.person_id)}]})
    definitions.publish("queue/rest", {"name": "Rest"})
    drafted = definitions.get("queue/first").json()["draft"]["revision"]
    assert definitions.post("queue/first/publish", {"revision": drafted}).status_code == 200
    assert refused(definitions.post("team/sales/retire")) == (409, "referred_to")


def test_an_overflow_says_when_and_relaxations_come_in_order(definitions: Desk) -> None:
    assert fields(definitions.put("queue/q", {"name": "Q", "overflow": {"queue": "q"}})) == ["overflow"]
    steps = [{"after_s": 60, "any_language": True}, {"after_s": 20, "levels": 2}]
    shown = definitions.publish("queue/q", {"name": "Q", "relaxations": steps})
    assert [step["after_s"] for step in shown["body"]["relaxations"]] == [20, 60]
    assert fields(definitions.put("queue/p", {"name": "P", "relaxations": [{"after_s": 5}] * 2})) == ["relaxations"]


def test_an_import_brings_nobody_who_is_no_member(definitions: Desk, tenant: TenantRef) -> None:
    stranger = str(uuid4())
    document = {
        "format": "yunke.definitions.v1",
        "definitions": [
            {"kind": "agent", "key": stranger, "body": {}},
            {"kind": "queue", "key": "q", "body": {"name": "Q", "members": [stranger]}},
        ],
    }
    assert fields(definitions.load(document)) == ["definitions.0.key", "definitions.1.body.members.0"]


def test_an_inbox_asks_before_the_first_message(shop: Shop, admin: Client, definitions: Desk) -> None:
    definitions.publish("queue/help", {"name": "Help"})
    labels = {"en": "Your address", "zh": "您的邮箱"}
    form = [{"key": "email", "labels": labels, "type": "email", "required": True}]
    said = {"queue": "help", "form": form, "outside_hours": {"en": "Closed.", "zh": "休息中。"}}
    changed = admin.patch(f"/api/v1/inboxes/{shop.inbox}", said, content_type="application/json")
    assert {name: changed.json()[name] for name in said} == said
    lost = admin.patch(f"/api/v1/inboxes/{shop.inbox}", {"queue": "none"}, content_type="application/json")
    assert fields(lost) == ["queue"]


def test_what_was_asked_is_on_the_log_and_nothing_starts_without_it(
    shop: Shop, site: Client, admin: Client, definitions: Desk
) -> None:
    labels = {"en": "Your address", "zh": "您的邮箱"}
    form = [{"key": "email", "labels": labels, "type": "email", "required": True}]
    admin.patch(f"/api/v1/inboxes/{shop.inbox}", {"form": form}, content_type="application/json")
    met = site.post("/api/v1/visitors", {"inbox": shop.inbox}, content_type="application/json").json()
    assert (met["inbox"]["form"], met["inbox"]["queued"]) == (form, False)

    def start(**said: Any) -> Any:
        headers = {"authorization": f"Visitor {met['token']}"}
        return site.post("/api/v1/visitors/conversation", said, content_type="application/json", headers=headers)

    assert fields(start()) == ["answers.email"]
    assert fields(start(answers={"email": "nowhere"})) == ["answers.email"]
    started = start(language="zh", answers={"email": "li@example.com"})
    assert started.status_code == 200
    assert start().json() == started.json(), "who goes on is not asked again"
    events = [event for event in shop.read_all() if event.kind == "conversation.introduced.v1"]
    assert [event.body for event in events] == [{"language": "zh", "answers": {"email": "li@example.com"}}]
    assert definitions.client is admin
