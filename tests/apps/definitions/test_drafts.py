"""Drafts and what is published of them: revisions, versions, who and when, differences, retirement."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.apps.definitions.speaking import INBOX, Desk, exactly, fields, refused
from tests.conftest import ClientFor, MakeMember

OFFICE = "calendar/office"


def test_from_a_draft_to_a_version(
    tenant: TenantRef, calendar: dict[str, Any], make_member: MakeMember, client_for: ClientFor
) -> None:
    member = make_member(tenant, role="admin")
    desk = Desk(client=client_for(tenant, member))
    drafted = desk.put(OFFICE, calendar).json()
    assert (drafted["state"], drafted["version"], drafted["body"]) == ("draft", None, None)
    draft = drafted["draft"]
    assert (draft["revision"], draft["base"], draft["edited_by"]) == (1, 0, str(member.person_id))
    assert draft["body"]["week"]["monday"] == calendar["week"]["monday"]
    published = desk.post(f"{OFFICE}/publish", {"revision": 1}).json()
    assert datetime.fromisoformat(published.pop("published_at")).tzinfo
    assert published == {
        "kind": "calendar",
        "key": "office",
        "state": "published",
        "version": 1,
        "body": draft["body"],
        "published_by": str(member.person_id),
        "draft": None,
    }
    assert desk.get(OFFICE).json()["version"] == 1


def test_a_draft_is_saved_over_the_one_that_was_seen(desk: Desk, calendar: dict[str, Any]) -> None:
    assert desk.put(OFFICE, calendar).json()["draft"]["revision"] == 1
    assert refused(desk.put(OFFICE, calendar)) == (409, "conflict")
    assert desk.put(OFFICE, {**calendar, "name": "B"}, revision=1).json()["draft"]["revision"] == 2
    assert refused(desk.put(OFFICE, calendar, revision=1)) == (409, "conflict")
    assert refused(desk.put(OFFICE, calendar, revision=3)) == (409, "conflict")
    assert desk.get(OFFICE).json()["draft"]["body"]["name"] == "B"
    assert refused(desk.post(f"{OFFICE}/publish", {"revision": 1})) == (409, "conflict")


def test_a_revision_never_comes_back(desk: Desk, calendar: dict[str, Any]) -> None:
    """Who still looks at a draft that was thrown away saves over nobody's new one."""
    desk.put(OFFICE, calendar)
    assert refused(desk.discard(OFFICE, "?revision=2")) == (409, "conflict")
    assert desk.discard(OFFICE, "?revision=1").status_code == 204
    assert refused(desk.get(OFFICE)) == (404, "not_found")
    assert refused(desk.discard(OFFICE)) == (404, "not_found")
    assert desk.put(OFFICE, calendar).json()["draft"]["revision"] == 3
    assert refused(desk.put(OFFICE, calendar, revision=1)) == (409, "conflict")
    assert desk.discard(OFFICE).status_code == 204


def test_a_draft_of_an_older_version_must_be_looked_at_again(
    desk: Desk, admin: Client, make_member: MakeMember
) -> None:
    key = admin.get("/api/v1/inboxes").json()["results"][0]["key"]
    place = f"inbox/{key}"
    desk.put(place, {"name": "From the draft"})
    admin.patch(f"/api/v1/inboxes/{key}", {"color": "#000000"}, content_type="application/json")
    assert refused(desk.post(f"{place}/publish", {"revision": 1})) == (409, "conflict")
    assert refused(desk.put(place, {"name": "Again"}, revision=1, base=1)) == (409, "conflict")
    assert desk.put(place, {"name": "Again"}, revision=1).json()["draft"]["base"] == 1
    assert desk.put(place, {"name": "Again"}, revision=2, base=2).json()["draft"]["base"] == 2
    assert desk.post(f"{place}/publish", {"revision": 3}).json()["version"] == 3
    assert admin.get("/api/v1/inboxes").json()["results"][0]["name"] == "Again"


def test_the_same_again_is_no_new_version(desk: Desk, calendar: dict[str, Any]) -> None:
    desk.publish(OFFICE, calendar)
    again = desk.publish(OFFICE, calendar)
    assert (again["version"], again["draft"]) == (1, None)


def test_versions_stay(desk: Desk, calendar: dict[str, Any]) -> None:
    for name in "abcde":
        desk.publish(OFFICE, {**calendar, "name": name})
    pages = []
    page = desk.get(f"{OFFICE}/versions", limit=2).json()
    while True:
        pages.append([(row["version"], row["body"]["name"]) for row in page["results"]])
        if page["next"] is None:
            break
        page = desk.client.get(page["next"]).json()
    assert pages == [[(5, "e"), (4, "d")], [(3, "c"), (2, "b")], [(1, "a")]]
    assert desk.get(f"{OFFICE}/versions/2").json()["body"]["name"] == "b"
    for absent in (0, 6, 99999999999999999999):
        assert refused(desk.get(f"{OFFICE}/versions/{absent}")) == (404, "not_found")


def test_differences(desk: Desk, calendar: dict[str, Any]) -> None:
    desk.publish(OFFICE, calendar)
    desk.publish(OFFICE, {**calendar, "time_zone": "Europe/Berlin"})
    zones = {"before": "Asia/Shanghai", "after": "Europe/Berlin"}
    change = {"path": "/time_zone", "action": "changed", **zones}
    diff = {"from": 1, "to": 2, "changes": [change]}
    assert desk.get(f"{OFFICE}/diff", **{"from": 1, "to": 2}).json() == diff
    assert refused(desk.get(f"{OFFICE}/diff")) == (404, "not_found"), "there is no draft"
    desk.put(OFFICE, {**calendar, "time_zone": "Europe/Berlin", "holidays": [{"date": "2026-10-01"}]})
    (added,) = desk.get(f"{OFFICE}/diff").json()["changes"]
    assert (added["path"], added["action"], added["after"]["date"]) == ("/holidays/0", "added", "2026-10-01")
    assert {one["action"] for one in desk.get(f"{OFFICE}/diff", **{"from": 0, "to": 1}).json()["changes"]} == {"added"}
    for wrong in ({"from": "x"}, {"to": "-1"}, {"to": "٣"}):
        assert refused(desk.get(f"{OFFICE}/diff", **wrong)) == (422, "invalid")
    assert refused(desk.get(f"{OFFICE}/diff", to=7)) == (404, "not_found")


def test_references_must_be_in_force(desk: Desk, admin: Client, calendar: dict[str, Any]) -> None:
    inbox = {"name": "Shop", "calendar": "office"}
    drafted = desk.put(f"inbox/{INBOX}", inbox).json()["draft"]
    refusal = desk.post(f"inbox/{INBOX}/publish", {"revision": drafted["revision"]})
    assert refused(refusal) == (422, "invalid")
    assert refusal.json()["errors"] == [
        {"field": "calendar", "code": "not_published", "detail": "There is no calendar 'office' in force."}
    ]
    desk.put(OFFICE, calendar)
    assert refused(desk.post(f"inbox/{INBOX}/publish", {"revision": 1})) == (422, "invalid"), "a draft is not in force"
    desk.post(f"{OFFICE}/publish", {"revision": 1})
    assert desk.post(f"inbox/{INBOX}/publish", {"revision": 1}).json()["body"]["calendar"] == "office"
    inboxes = {row["key"]: row for row in admin.get("/api/v1/inboxes").json()["results"]}
    assert inboxes[INBOX]["calendar"] == "office"


def test_retiring(desk: Desk, admin: Client, calendar: dict[str, Any]) -> None:
    desk.publish(OFFICE, calendar)
    desk.publish(f"inbox/{INBOX}", {"name": "Shop", "calendar": "office"})
    refusal = desk.post(f"{OFFICE}/retire")
    assert refused(refusal) == (409, "referred_to")
    assert fields(refusal) == [f"inbox/{INBOX}"]
    change = admin.patch(f"/api/v1/inboxes/{INBOX}", {"calendar": None}, content_type="application/json")
    assert change.json()["calendar"] is None
    retired = desk.post(f"{OFFICE}/retire").json()
    assert (retired["state"], retired["version"], retired["body"]) == ("retired", 2, None)
    assert desk.post(f"{OFFICE}/retire").json() == retired, "again changes nothing"
    change = admin.patch(f"/api/v1/inboxes/{INBOX}", {"calendar": "office"}, content_type="application/json")
    assert (refused(change), fields(change)) == ((422, "invalid"), ["calendar"])
    history = [(row["version"], row["retired"]) for row in desk.get(f"{OFFICE}/versions").json()["results"]]
    assert history == [(2, True), (1, False)]
    assert desk.publish(OFFICE, calendar)["version"] == 3, "it may come back"


def test_the_page_of_inboxes_keeps_the_calendar(desk: Desk, admin: Client, calendar: dict[str, Any]) -> None:
    desk.publish(OFFICE, calendar)
    desk.publish(f"inbox/{INBOX}", {"name": "Shop", "calendar": "office"})
    form = {"key": INBOX, "name": "New", "color": "#000000", "origins": "https://Shop.test:443/", "greeting_en": "Hi"}
    assert admin.post("/settings/inboxes", form).status_code == 302
    body = desk.get(f"inbox/{INBOX}").json()["body"]
    assert (body["name"], body["origins"], body["calendar"]) == ("New", ["https://shop.test"], "office")


def test_a_retired_inbox_lets_nobody_in(desk: Desk, admin: Client) -> None:
    desk.publish(f"inbox/{INBOX}", {"name": "Shop"})
    desk.post(f"inbox/{INBOX}/retire")
    assert INBOX not in {row["key"] for row in admin.get("/api/v1/inboxes").json()["results"]}
    come = admin.post("/api/v1/visitors", {"inbox": INBOX}, content_type="application/json")
    assert refused(come) == (404, "not_found")


def test_what_an_inbox_may_not_hold(desk: Desk) -> None:
    place = f"inbox/{INBOX}"
    wrong = desk.put(place, {"name": "x", "origins": ["https://a.test; script-src *"]})
    assert (refused(wrong), fields(wrong)) == ((422, "invalid"), ["origins"])
    plain = desk.put(place, {"name": "x", "origins": ["https://Example.com:443/"], "calendar": None}).json()["draft"]
    assert plain["body"]["origins"] == ["https://example.com"]
    assert "calendar" not in plain["body"], "the version of the code before does not know it"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "body"),
        ({"body": {}}, "revision"),
        ({"body": [], "revision": 0}, "body"),
        ({"body": {"name": "x", "texts": {"en": "x"}}, "revision": -1}, "revision"),
        ({"body": {"name": "x", "texts": {"en": "x"}}, "revision": 2**31}, "revision"),
        ({"body": {"name": "x", "texts": {"en": "x"}}, "revision": 0, "more": 1}, "more"),
        ({"body": {"name": "x", "texts": {"en": "{{who}}"}}, "revision": 0}, "texts.en"),
        ({"body": {"name": "x", "texts": {"en": "x"}, "more": 1}, "revision": 0}, "more"),
    ],
)
def test_drafts_that_do_not_fit(desk: Desk, said: object, field: str) -> None:
    response = desk.client.put("/api/v1/definitions/canned_reply/hi/draft", said, content_type="application/json")
    assert (refused(response), fields(response)) == ((422, "invalid"), [field])
    assert refused(desk.get("canned_reply/hi")) == (404, "not_found")


@pytest.mark.parametrize(
    "place", ["calendar/nothing", "nothing/office", "calendar/a%00b", "%00/x", f"calendar/{'x' * 5000}"]
)
def test_what_is_not_there(desk: Desk, place: str) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: desk.get(place),
        lambda: desk.get(f"{place}/versions"),
        lambda: desk.get(f"{place}/versions/1"),
        lambda: desk.get(f"{place}/diff"),
        lambda: desk.discard(place),
        lambda: desk.post(f"{place}/retire"),
        lambda: desk.post(f"{place}/publish", {"revision": 1}),
    ]
    assert [refused(call()) for call in calls] == [(404, "not_found")] * len(calls)


def test_keys_and_kinds_that_cannot_be(desk: Desk, calendar: dict[str, Any]) -> None:
    for key in ("Office", "-", "a%00b", "x" * 65):
        response = desk.put(f"calendar/{key}", calendar)
        assert (refused(response), fields(response)) == ((422, "invalid"), ["key"])
    assert refused(desk.put("inbox/support", {"name": "x"})) == (422, "invalid"), "an inbox's key cannot be guessed"
    assert refused(desk.put("nothing/office", calendar)) == (404, "not_found")


def test_two_publish_at_once(desk: Desk, calendar: dict[str, Any]) -> None:
    revision = desk.put(OFFICE, calendar).json()["draft"]["revision"]
    answers = together(lambda: desk.post(f"{OFFICE}/publish", {"revision": revision}), times=4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [row["version"] for row in desk.get(f"{OFFICE}/versions").json()["results"]] == [1]


def test_two_save_at_once(desk: Desk, calendar: dict[str, Any]) -> None:
    answers = together(lambda: desk.put(OFFICE, calendar), times=4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert desk.get(OFFICE).json()["draft"]["revision"] == 1


def test_nobody_retires_what_somebody_refers_to_meanwhile(desk: Desk, calendar: dict[str, Any]) -> None:
    """Whoever comes second is refused: never is an inbox in force whose calendar is not."""
    desk.publish(OFFICE, calendar)
    revision = desk.put(f"inbox/{INBOX}", {"name": "x", "calendar": "office"}).json()["draft"]["revision"]
    gate = Barrier(2)

    def at_once(path: str, said: object) -> Any:
        gate.wait(timeout=30)
        return desk.post(path, said)

    with ThreadPoolExecutor(2) as pool:
        calls = [(f"{OFFICE}/retire", {}), (f"inbox/{INBOX}/publish", {"revision": revision})]
        statuses = [call.result().status_code for call in [pool.submit(at_once, *call) for call in calls]]
    assert statuses in ([200, 422], [409, 200])


def test_two_change_an_inbox_at_once(admin: Client) -> None:
    """Each changes another field; neither is lost."""
    key = admin.get("/api/v1/inboxes").json()["results"][0]["key"]
    changes = iter([{"name": "New"}, {"color": "#000000"}])
    path = f"/api/v1/inboxes/{key}"
    answers = together(lambda: admin.patch(path, next(changes), content_type="application/json"), times=2)
    assert [answer.status_code for answer in answers] == [200, 200]
    (inbox,) = admin.get("/api/v1/inboxes").json()["results"]
    assert (inbox["name"], inbox["color"], inbox["version"]) == ("New", "#000000", 3)


def test_another_tenants_keys(desk: Desk, other: Desk, calendar: dict[str, Any]) -> None:
    other.publish("calendar/theirs", calendar)
    other.put("calendar/theirs", {**calendar, "name": "Canary"})
    before = other.get("calendar/theirs").json()
    calls: list[Callable[[str], Any]] = [
        lambda key: desk.get(f"calendar/{key}"),
        lambda key: desk.get(f"calendar/{key}/versions"),
        lambda key: desk.get(f"calendar/{key}/versions/1"),
        lambda key: desk.get(f"calendar/{key}/diff"),
        lambda key: desk.discard(f"calendar/{key}"),
        lambda key: desk.post(f"calendar/{key}/publish", {"revision": 1}),
        lambda key: desk.post(f"calendar/{key}/retire"),
    ]
    for call in calls:
        assert exactly(call("theirs")) == exactly(call("nobody"))
        assert refused(call("theirs")) == (404, "not_found")
    desk.put(f"inbox/{INBOX}", {"name": "x", "calendar": "theirs"})
    assert refused(desk.post(f"inbox/{INBOX}/publish", {"revision": 1})) == (422, "invalid")
    assert "Canary" not in desk.get().content.decode()
    assert desk.put("calendar/theirs", {**calendar, "name": "Mine"}).status_code == 200, "each has keys of its own"
    assert other.get("calendar/theirs").json() == before


def together(call: Callable[[], Any], *, times: int) -> list[Any]:
    """Make the same call from as many threads at once."""
    gate = Barrier(times)

    def at_once(_: int) -> Any:
        gate.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(at_once, range(times)))
