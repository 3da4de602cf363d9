"""Dry runs on a database: what a rule would have done, as it was then; nothing is done, and whoever dies goes on."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.test import Client

from conversations.automation import dry_running
from conversations.automation.models import DryRun
from conversations.engine import timers
from conversations.threads.commands import prioritize, tag
from conversations.tickets.commands import changing
from conversations.tickets.rules.changing import Wanted
from tenants.context import tenant_context
from tests.apps.automation.works import JSON, Works

RUNS: Final = "/api/v1/dry-runs"
TAG: Final = {"do": "tag", "add": ["vip"]}


def ask(client: Client, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
    send = getattr(client, method)
    answer = send(path, body, content_type=JSON) if body is not None else send(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def run(works: Works, rule: str, **said: Any) -> dict[str, Any]:
    """Start a dry run, and let workers finish it."""
    made = ask(works.boss, "post", RUNS, {"rule": rule, **said}, status=202)
    assert made["state"] == "running"
    works.look(due=True)
    done: dict[str, Any] = ask(works.boss, "get", f"{RUNS}/{made['id']}")
    assert (done["state"], done["progress"]) == ("done", 1.0)
    return done


def cases(works: Works, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(works.boss, "get", f"{RUNS}/{made['id']}/cases")["results"]
    return found


def put_draft(works: Works, key: str, body: dict[str, Any]) -> None:
    path = f"/api/v1/definitions/rule/{key}/draft"
    ask(works.boss, "put", path, {"body": {"name": key, **body}, "revision": 0})


def test_each_case_is_shown_as_it_was_and_nothing_is_done(works: Works) -> None:
    urgent = {"field": "conversation.priority", "op": "at_least", "value": "high"}
    text = {"field": "event.text", "op": "contains", "value": "help"}
    name = {"field": "contact.blocked", "op": "is", "value": True}
    condition = {"all": [urgent, {"any": [text, name]}]}
    put_draft(works, "vip", {"when": {"event": "message.received"}, "if": condition, "actions": [TAG]})
    guest = works.come("help")
    with tenant_context(works.tenant):
        prioritize(conversation=guest.conversation, actor=works.actor, priority="urgent", now=works.now)
    works.shop.say(guest.conversation, guest.actor, "Help me")
    with tenant_context(works.tenant):
        tag(conversation=guest.conversation, actor=works.actor, add=["vip"], remove=[], now=works.now)
    works.shop.say(guest.conversation, guest.actor, "Helpless")
    with tenant_context(works.tenant):
        prioritize(conversation=guest.conversation, actor=works.actor, priority="low", now=works.now)
    before = works.shop.read_all()[-1].position
    made = run(works, "vip", of="draft")
    assert (made["version"], made["events"], made["cases"], made["is_cut"]) == (None, 3, 2, False)
    first, second = cases(works, made)
    assert (first["conversation"], first["ticket"], first["kind"]) == (
        str(guest.conversation),
        None,
        "message.posted.v1",
    )
    assert [(each["field"], each["saw"], each["holds"], each["as_of"]) for each in first["conditions"]] == [
        ("conversation.priority", "urgent", True, "event"),
        ("event.text", "Help me", True, "event"),
        ("contact.blocked", False, False, "today"),
    ]
    assert first["actions"] == [{"action": TAG, "would_change": True}]
    assert second["actions"] == [{"action": TAG, "would_change": False}]
    assert works.shop.read_all()[-1].position == before, "nothing is done, and nothing is written"
    assert ask(works.boss, "get", RUNS)["results"] == [made]


def test_a_ticket_is_as_its_log_says(works: Works) -> None:
    solved = {"field": "ticket.priority", "op": "is", "value": "high"}
    works.rule("moved", "ticket.moved", {"do": "set_priority", "priority": "high"}, if_=solved)
    ticket = works.open()
    low, high = Wanted(priority="low"), Wanted(priority="high")
    for wanted in (Wanted(status="open"), high, Wanted(status="pending"), low):
        with tenant_context(works.tenant):
            changing.change(ticket=ticket, actor=works.actor, wanted=wanted, now=works.now)
    made = run(works, "moved")
    (case,) = cases(works, made)
    assert (case["ticket"], case["conditions"][0]["saw"]) == (str(ticket), "high")
    assert case["actions"][0]["would_change"] is False
    assert (made["version"], made["events"]) == (1, 2)


def test_what_follows_after_a_time(works: Works) -> None:
    when = {"event": "message.received", "after_s": 60, "unless": ["message.sent"]}
    put_draft(works, "slow", {"when": when, "actions": [TAG]})
    guest, answered = works.come("One"), works.come("Two")
    works.shop.say(guest.conversation, guest.actor, "Hello?")
    works.shop.say(answered.conversation, works.actor, "Yes")
    assert run(works, "slow", of="draft")["cases"] == 0, "its time is not over yet"
    works.now += timedelta(minutes=5)
    (case,) = cases(works, run(works, "slow", of="draft"))
    assert case["conversation"] == str(guest.conversation)
    assert case["at"] > case["happened_at"]


def test_it_goes_on_from_its_last_page(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    works.rule("all", "message.received", TAG)
    guest = works.come()
    for n in range(9):
        works.shop.say(guest.conversation, guest.actor, str(n))
    monkeypatch.setattr(dry_running, "SLICE_S", -1)  # one event a look
    made = ask(works.boss, "post", RUNS, {"rule": "all"}, status=202)
    readers = tuple(each for each in works.readers if each.name == "automation.dry_runs")
    works.look(readers=readers, due=True)

    def die(**_: object) -> None:
        raise SystemExit  # no handler of the reader's runs, as with kill -9; the database rolls back

    with monkeypatch.context() as patch:
        patch.setattr(timers, "rest", die)
        with pytest.raises(SystemExit):
            works.look(readers=readers, due=True)
    assert ask(works.boss, "get", f"{RUNS}/{made['id']}")["events"] == 1
    for _ in range(12):
        works.look(readers=readers, due=True)
    done = ask(works.boss, "get", f"{RUNS}/{made['id']}")
    assert (done["state"], done["events"], done["cases"]) == ("done", 10, 10)
    page = ask(works.boss, "get", f"{RUNS}/{made['id']}/cases?limit=4")
    assert len(page["results"]) == 4
    assert len(ask(works.boss, "get", page["next"])["results"]) == 4


def test_it_can_be_cancelled_and_is_bounded(works: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    works.rule("all", "message.received", TAG)
    guest = works.come()
    for n in range(5):
        works.shop.say(guest.conversation, guest.actor, str(n))
    made = [ask(works.boss, "post", RUNS, {"rule": "all"}, status=202) for _ in range(3)]
    refused = ask(works.boss, "post", RUNS, {"rule": "all"}, status=409)
    assert refused["code"] == "too_many_dry_runs"
    cancelled = ask(works.boss, "post", f"{RUNS}/{made[0]['id']}/cancel", {})
    assert (cancelled["state"], cancelled["cases"]) == ("cancelled", 0)
    monkeypatch.setattr(dry_running, "MOST_CASES", 2)
    works.look(due=True)
    works.look(due=True)
    done = ask(works.boss, "get", f"{RUNS}/{made[1]['id']}")
    assert (done["state"], done["cases"], done["is_cut"]) == ("done", 2, True)
    assert ask(works.boss, "get", f"{RUNS}/{made[0]['id']}")["cases"] == 0


def test_only_the_last_days_are_read(works: Works) -> None:
    works.rule("all", "ticket.opened", {"do": "set_priority", "priority": "high"})
    today = works.now
    for days in (40, 20, 8, 6, 1):
        works.now = today - timedelta(days=days)
        works.open()
    works.now = today
    assert [run(works, "all", days=days)["cases"] for days in (1, 7, 30, 90)] == [0, 2, 4, 5]


def test_who_may(works: Works) -> None:
    works.rule("all", "message.received", TAG)
    ask(works.browser, "post", RUNS, {"rule": "all"}, status=403)
    ask(works.browser, "get", RUNS, status=403)
    ask(works.boss, "post", RUNS, {"rule": "none"}, status=404)
    ask(works.boss, "post", RUNS, {"rule": "all", "of": "draft"}, status=404)
    ask(works.boss, "post", RUNS, {"rule": "all", "days": 91}, status=422)
    ask(works.boss, "get", f"{RUNS}/{UUID(int=7)}", status=404)
    made = run(works, "all")
    with tenant_context(works.tenant):
        dry_running.forget_dry_runs(now=works.now + timedelta(days=8))
        assert not DryRun.objects.filter(id=made["id"]).exists()


def test_what_was_said_is_shown_to_keys_that_may_see_it(works: Works) -> None:
    works.rule("all", "message.received", TAG, if_={"field": "event.text", "op": "is_set"})
    works.come("A secret")
    made = run(works, "all")
    scopes = ["definitions.manage", "conversations.view", "tickets.view"]
    for more, saw in (([], None), (["personal:read"], "A secret")):
        key = ask(works.boss, "post", "/api/v1/keys", {"name": "R", "scopes": [*scopes, *more]}, status=201)
        client = works.client_for(works.tenant)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key['secret']}"
        assert ask(client, "get", f"{RUNS}/{made['id']}/cases")["results"][0]["conditions"][0]["saw"] == saw


def test_trouble_is_listed(works: Works) -> None:
    works.rule("close", "message.received", {"do": "resolve"}, {"do": "snooze"})
    guest = works.come()
    works.look()
    (told,) = ask(works.browser, "get", "/api/v1/rule-trouble")["results"]
    assert (told["what"], told["rule"], told["action"], told["code"]) == ("refused", "close", "snooze", "closed")
    assert told["conversation"] == str(guest.conversation)
