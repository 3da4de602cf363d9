"""Teams, queues and agents on their settings page: drafted, looked at, put in force, retired; refused in words."""

import re
from typing import Any

import pytest
from django.test import Client

from conversations.desk.scene import read_setup
from tenants.context import TenantRef, tenant_context
from tenants.members.member import Member
from tests.conftest import ClientFor, MakeMember

PAGE = "/settings/routing"


def send(admin: Client, do: str, kind: str, key: str, **fields: Any) -> Any:
    """Fill the form in as it is shown, but for these fields, and press a button."""
    page = admin.get(PAGE, {"kind": kind, "key": key}).content.decode()
    shown: dict[str, Any] = dict(re.findall(r'<input[^>]* name="([\w.-]+)" value="([^"]*)"', page))
    shown = {name: value for name, value in shown.items() if name not in {"csrfmiddlewaretoken", "members", "teams"}}
    shown |= dict(re.findall(r'<textarea[^>]* name="([\w.]+)"[^>]*>([^<]*)<', page))
    for name, options in re.findall(r'<select[^>]* name="([\w.-]+)">(.*?)</select>', page):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        shown[name] = chosen[0] if chosen else re.findall(r'<option value="([^"]*)"', options)[0]
    checks = re.findall(r'<input type="checkbox" name="([\w.]+)" checked', page)
    return admin.post(PAGE, {**shown, **dict.fromkeys(checks, "on"), **fields, "kind": kind, "key": key, "do": do})


def wrong(answer: Any) -> list[str]:
    return re.findall(r'<p class="error" role="alert">(.*?)</p>', answer.content.decode())


def test_a_team_and_its_queue_come_into_force(tenant: TenantRef, admin: Client, member: Member) -> None:
    lead = {f"members.{member.person_id}": "lead", "name": "Tea"}
    assert send(admin, "publish", "team", "tea", **lead).status_code == 302
    queue = {
        "name": "Help",
        "teams": ["tea"],
        "skills": "billing 3\ntea 1",
        "relaxations": "120 2\n300 any",
        "offer_s": "20",
        "gone_s": "",
        "priority": "4",
    }
    assert send(admin, "publish", "queue", "help", **queue).status_code == 302
    agent = {"skills": "billing 5", "languages": "en zh-Hans", "capacity": "3", "wrap_up_s": "30"}
    assert send(admin, "publish", "agent", str(member.person_id), **agent).status_code == 302
    with tenant_context(tenant):
        setup = read_setup()
    help_, ada = setup.queues["help"], setup.agents[member.person_id]
    assert (help_.name, help_.teams, help_.skills) == ("Help", ("tea",), {"billing": 3, "tea": 1})
    assert [(step.after_s, step.levels, step.any_language) for step in help_.relaxations] == [
        (120, 2, False),
        (300, 0, True),
    ]
    assert (help_.offer_s, help_.gone_s, help_.unanswered_s, help_.priority, help_.sticky) == (20, None, 300, 4, True)
    assert setup.teams[member.person_id] == {"tea"}
    assert (ada.skills, ada.languages, ada.capacity, ada.wrap_up_s) == ({"billing": 5}, ("en", "zh-Hans"), 3, 30)
    listed = admin.get(PAGE).content.decode()
    assert "Help" in listed
    assert "In force" in listed


def test_saving_what_is_shown_changes_nothing(tenant: TenantRef, admin: Client) -> None:
    body = {"name": "Help", "skills": "billing 3", "relaxations": "120 2 any", "overflow.after_s": "60"}
    send(admin, "publish", "queue", "second", name="Second")
    send(admin, "publish", "queue", "help", **body, **{"overflow.queue": "second"})
    with tenant_context(tenant):
        before = read_setup().queues["help"]
    assert before.overflow
    assert send(admin, "publish", "queue", "help").status_code == 302
    with tenant_context(tenant):
        assert read_setup().queues["help"] == before


def test_a_draft_shows_what_it_changes_and_is_thrown_away(tenant: TenantRef, admin: Client) -> None:
    send(admin, "publish", "queue", "help", name="Help")
    send(admin, "save", "queue", "help", name="Better help", offer_s="45")
    page = admin.get(PAGE, {"kind": "queue", "key": "help"}).content.decode()
    assert "What the draft changes" in page
    assert "/offer_s" in page
    with tenant_context(tenant):
        assert read_setup().queues["help"].name == "Help"
    assert send(admin, "discard", "queue", "help").status_code == 302
    assert "What the draft changes" not in admin.get(PAGE, {"kind": "queue", "key": "help"}).content.decode()
    send(admin, "save", "queue", "help", name="Again")
    assert send(admin, "publish", "queue", "help").status_code == 302
    with tenant_context(tenant):
        assert read_setup().queues["help"].name == "Again"


def test_what_others_refer_to_is_not_retired(admin: Client) -> None:
    send(admin, "publish", "team", "tea", name="Tea")
    send(admin, "publish", "queue", "help", name="Help", teams=["tea"])
    answer = send(admin, "retire", "team", "tea")
    assert (answer.status_code, wrong(answer)) == (
        409,
        ["Other definitions in force refer to this one; change them first."],
    )
    assert send(admin, "retire", "queue", "help").status_code == 302
    assert send(admin, "retire", "team", "tea").status_code == 302
    assert "Retired" in admin.get(PAGE).content.decode()


def test_two_who_change_the_same_do_not_overwrite_each_other(admin: Client) -> None:
    send(admin, "publish", "queue", "help", name="Help")
    send(admin, "publish", "queue", "help", name="Help!")
    late = admin.post(PAGE, {"kind": "queue", "key": "help", "do": "publish", "name": "Late", "base": "1"})
    assert late.status_code == 409
    assert "Somebody else published" in wrong(late)[0]


@pytest.mark.parametrize(
    ("said", "words", "chinese"),
    [
        ({"name": " "}, "Enter a name of at most 100 characters.", "请输入名称"),
        ({"skills": "Billing"}, "Enter one skill a line", "每行输入一个技能"),
        ({"relaxations": "5 1\n5 2"}, "Enter one a line: seconds", "每行一条"),
        ({"priority": "11"}, "Enter a priority from 0 to 10.", "请输入 0 至 10"),
        ({"offer_s": "soon"}, "Enter whole seconds", "请输入整数秒"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    admin: Client, said: dict[str, str], words: str, chinese: str
) -> None:
    for language, sentence in (("en", words), ("zh", chinese)):
        admin.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        answer = send(admin, "publish", "queue", "help", **{"name": "Help", "again_s": "77", **said})
        assert answer.status_code == 422
        assert wrong(answer)[0].startswith(sentence)
        assert 'value="77"' in answer.content.decode()


def test_who_may_not_define_sees_nothing(
    tenant: TenantRef, client_for: ClientFor, make_member: MakeMember, admin: Client
) -> None:
    supervisor = client_for(tenant, make_member(tenant, role="supervisor"))
    assert supervisor.get(PAGE).status_code == 403
    assert supervisor.post(PAGE, {"kind": "queue", "key": "help", "do": "publish"}).status_code == 403
    assert admin.get(PAGE, {"kind": "inbox", "key": "x"}).status_code == 404
    assert admin.get(PAGE, {"kind": "agent", "key": "x"}).status_code == 404
