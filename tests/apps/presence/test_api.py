"""Presence over REST: one's own choice, colleagues, history and times, and who may see which of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from conversations.engine import log
from conversations.engine.events import Draft
from conversations.presence import projections
from conversations.presence.events import PresenceChanged, State
from conversations.presence.models import Presence
from conversations.presence.streams import subject_of_member
from tenants.context import TenantRef, tenant_context
from tenants.members.member import Member
from tests.apps.definitions.speaking import Desk
from tests.conftest import ClientFor, MakeMember

JSON: Final = "application/json"
OWN, ALL = "/api/v1/me/presence", "/api/v1/presence"
NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def agent(tenant: TenantRef, member: Member, client_for: ClientFor) -> Client:
    return client_for(tenant, member)


@pytest.fixture
def supervisor(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(tenant, make_member(tenant, role="supervisor"))


@pytest.fixture
def lunch(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> None:
    """A reason that the company has defined."""
    desk = Desk(client=client_for(tenant, make_member(tenant, role="admin")))
    body = {"name": "Lunch", "names": {"zh": "午餐"}, "states": ["away", "busy", "away"]}
    assert desk.put("presence_reason/lunch", body).status_code == 200
    published = desk.post("presence_reason/lunch/publish", {"revision": 1})
    assert published.status_code in {200, 201}, published.content


def say(client: Client, state: str, reason: str | None = None) -> Any:
    return client.put(OWN, {"state": state, "reason": reason}, content_type=JSON)


def happen(tenant: TenantRef, person: UUID, at: datetime, state: State, reason: str | None = None) -> None:
    """Let a member be in a state from a moment on, as if it had been said then."""
    chosen: State = "online" if state == "offline" else state
    fact = PresenceChanged(member=person, state=state, chosen=chosen, reason=reason)
    subject = subject_of_member(member=person)
    with tenant_context(tenant), transaction.atomic():
        log.ensure_streams(subjects=[subject])
        projections.apply(events=log.append(drafts=[Draft(subject=subject, fact=fact, sender=person)], at=at))


def test_whoever_was_never_here_is_offline_and_will_be_online(agent: Client) -> None:
    assert agent.get(OWN).json() == {"state": "offline", "since": None, "chosen": "online", "reason": None}


@pytest.mark.usefixtures("lunch")
def test_a_choice_is_kept_with_its_reason(agent: Client) -> None:
    answer = say(agent, "away", "lunch")
    assert answer.status_code == 200
    assert {**answer.json(), "since": None} == {"state": "offline", "since": None, "chosen": "away", "reason": "lunch"}
    assert say(agent, "online").json()["reason"] is None


@pytest.mark.usefixtures("lunch")
@pytest.mark.parametrize(
    ("state", "reason"), [("online", "lunch"), ("away", "dinner"), ("away", "云"), ("asleep", None)]
)
def test_what_does_not_fit_is_refused(agent: Client, state: str, reason: str | None) -> None:
    answer = say(agent, state, reason)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == ("state" if state == "asleep" else "reason")


def test_colleagues_are_listed_by_state_and_page(
    agent: Client, tenant: TenantRef, member: Member, make_member: MakeMember
) -> None:
    people = [make_member(tenant).person_id for _ in range(3)]
    for person in people:
        happen(tenant, person, NOON, "online")
    happen(tenant, member.person_id, NOON, "away", "lunch")
    page = agent.get(ALL, {"limit": 2}).json()
    rest = agent.get(page["next"]).json()
    assert [row["member"] for row in page["results"] + rest["results"]] == sorted(map(str, [*people, member.person_id]))
    assert agent.get(rest["previous"]).json()["results"] == page["results"]
    (away,) = agent.get(ALL, {"state": "away"}).json()["results"]
    assert away == {
        "member": str(member.person_id),
        "state": "away",
        "reason": "lunch",
        "since": "2026-03-02T12:00:00Z",
    }


def test_changes_are_listed_and_filtered(supervisor: Client, tenant: TenantRef, make_member: MakeMember) -> None:
    one, other = (make_member(tenant).person_id for _ in range(2))
    states: list[State] = ["online", "busy", "online"]
    for hour, state in enumerate(states):
        happen(tenant, one, NOON + timedelta(hours=hour), state)
        happen(tenant, other, NOON + timedelta(hours=hour), state)
    path = f"{ALL}/changes"
    assert len(supervisor.get(path).json()["results"]) == 6
    mine = supervisor.get(path, {"member": str(one)}).json()["results"]
    assert [row["state"] for row in mine] == ["online", "busy", "online"]
    assert {row["member"] for row in mine} == {str(one)}
    found = supervisor.get(path, {"state": "online", "since": "2026-03-02T13:00:00Z"}).json()["results"]
    assert len(found) == 2
    assert supervisor.get(path, {"until": "2026-03-02T12:00:00Z"}).json()["results"] == []
    assert supervisor.get(path, {"since": "2026-03-02T12:00:00"}).status_code == 422
    page = supervisor.get(path, {"limit": 4}).json()
    assert len(supervisor.get(page["next"]).json()["results"]) == 2


def test_times_add_up_by_day_and_time_zone(supervisor: Client, tenant: TenantRef, member: Member) -> None:
    said: list[tuple[str, State, str | None]] = [
        ("2026-03-02T01:00:00Z", "online", None),
        ("2026-03-02T04:00:00Z", "away", "lunch"),
        ("2026-03-02T04:30:00Z", "online", None),
        ("2026-03-02T10:00:00Z", "wrap_up", None),
        ("2026-03-02T10:15:00Z", "offline", None),
    ]
    for at, state, reason in said:
        happen(tenant, member.person_id, datetime.fromisoformat(at), state, reason)
    days = {"first": "2026-03-01", "last": "2026-03-03", "time_zone": "Asia/Shanghai", "member": str(member.person_id)}
    before, day, after = supervisor.get(f"{ALL}/times", days).json()["results"]
    seconds = {"online_s": 30_600, "busy_s": 0, "away_s": 1_800, "wrap_up_s": 900, "offline_s": 20_700}
    assert day == {"day": "2026-03-02", "member": str(member.person_id), **seconds, "reasons_s": {"lunch": 1_800}}
    assert sum(before[name] for name in seconds) == 0, "nothing is known of before"
    assert after["offline_s"] == 86_400
    pages: list[Any] = []
    answer = supervisor.get(f"{ALL}/times", {**days, "limit": "1"}).json()
    while True:
        pages += answer["results"]
        if answer["next"] is None:
            break
        answer = supervisor.get(answer["next"]).json()
    assert pages == [before, day, after]
    assert supervisor.get(answer["previous"]).json()["results"] == [day]


def test_a_day_that_has_not_ended_counts_to_now(supervisor: Client, tenant: TenantRef, member: Member) -> None:
    now = datetime.now(UTC)
    happen(tenant, member.person_id, now - timedelta(minutes=10), "busy")
    first, last = ((now + timedelta(days=step)).date().isoformat() for step in (-1, 1))
    rows = supervisor.get(f"{ALL}/times", {"first": first, "last": last}).json()["results"]
    days = [row["day"] for row in supervisor.get(f"{ALL}/times").json()["results"]]
    assert (len(days), days[-1]) == (7, now.date().isoformat())
    assert 600 <= sum(row["busy_s"] for row in rows) < 700


@pytest.mark.parametrize(
    "said",
    [
        {"first": "2026-03-02", "last": "2026-03-01"},
        {"first": "2026-01-01", "last": "2026-12-31"},
        {"first": "0001-01-01", "last": "0001-01-02"},
        {"first": "9999-12-31", "last": "9999-12-31"},
        {"first": "2026-03-02", "last": "2026-03-02", "time_zone": "Nowhere/City"},
        {"first": "2026-03-02", "last": "2026-03-02", "time_zone": "../../etc/passwd"},
    ],
)
def test_odd_days_are_refused(supervisor: Client, said: dict[str, str]) -> None:
    assert supervisor.get(f"{ALL}/times", said).status_code == 422


def test_an_agent_sees_their_own_history_only(agent: Client, member: Member, make_member: MakeMember) -> None:
    day = {"first": "2026-03-02", "last": "2026-03-02"}
    for path, said in ((f"{ALL}/changes", {}), (f"{ALL}/times", day)):
        assert agent.get(path, {**said, "member": str(member.person_id)}).status_code == 200
        assert agent.get(path, said).status_code == 403
        assert agent.get(path, {**said, "member": str(UUID(int=9))}).status_code == 403


def test_a_key_needs_the_scope_and_has_no_state(
    tenant: TenantRef, make_member: MakeMember, client_for: ClientFor
) -> None:
    owner = client_for(tenant, make_member(tenant, role="owner"))

    def program(*scopes: str) -> dict[str, str]:
        made = owner.post("/api/v1/keys", {"name": "robot", "scopes": scopes}, content_type=JSON)
        return {"authorization": f"Bearer {made.json()['secret']}"}

    anybody = client_for(tenant)
    day = {"first": "2026-03-02", "last": "2026-03-02"}
    for scope, path, said in (
        ("members.view", ALL, {}),
        ("presence.report", f"{ALL}/changes", {}),
        ("presence.report", f"{ALL}/times", day),
    ):
        assert anybody.get(path, said, headers=program(scope)).status_code == 200
        assert anybody.get(path, said, headers=program("conversations.view")).status_code == 403
        assert anybody.get(path, said).status_code == 401
    assert anybody.get(OWN, headers=program("members.view")).status_code == 403


def test_rows_made_of_the_log_alone_are_the_same(tenant: TenantRef, make_member: MakeMember, agent: Client) -> None:
    people = [make_member(tenant).person_id for _ in range(3)]
    for number, person in enumerate(people):
        happen(tenant, person, NOON, "online")
        happen(tenant, person, NOON + timedelta(hours=number), "busy", "x")
    say(agent, "away")
    with tenant_context(tenant):
        shown = ("member", "state", "chosen", "reason", "since")
        kept = set(Presence.objects.values_list(*shown))
        Presence.objects.update(state="offline", chosen="away", reason="stale", since=NOON - timedelta(days=9))
        projections.apply(events=log.read_kinds(kinds=[PresenceChanged.kind], after=0, until=10_000))
        assert set(Presence.objects.values_list(*shown)) == kept
