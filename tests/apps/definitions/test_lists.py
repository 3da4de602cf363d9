"""The list of definitions, the kinds, and what each role may."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tenants.context import TenantRef
from tenants.members.permissions import PERMISSIONS
from tests.apps.definitions.speaking import BASE, Desk, exactly, refused
from tests.conftest import ClientFor, MakeMember

REPLY = {"name": "Hi", "texts": {"en": "Hello {{contact.name}}", "zh": "您好"}}


def walk(desk: Desk, **params: Any) -> list[str]:
    """Answer every place of a list, page by page."""
    page = desk.get(**params).json()
    assert page["previous"] is None
    pages = [places(page)]
    while page["next"]:
        page = desk.client.get(page["next"]).json()
        pages.append(places(page))
        before = desk.client.get(page["previous"]).json()
        assert places(before) == pages[-2]
    return [place for found in pages for place in found]


def places(page: Any) -> list[str]:
    return [f"{row['kind']}/{row['key']}" for row in page["results"]]


def test_pages(desk: Desk, calendar: dict[str, Any]) -> None:
    replies = [f"canned_reply/{key}" for key in ("a", "a-b", "a_b", "ab", "b")]
    for place in replies[::2]:
        desk.publish(place, REPLY)
    for place in replies:
        desk.put(place, {**REPLY, "name": "Draft"})
    desk.publish("calendar/office", calendar)
    for limit in (1, 2, 3, 200):
        assert walk(desk, kind="canned_reply", limit=limit) == replies
        assert walk(desk, limit=limit)[:6] == ["calendar/office", *replies]
    assert len(walk(desk)) == 7, "the first inbox, too"
    first, second = desk.get(kind="canned_reply", limit=2).json()["results"]
    assert (first["state"], first["body"], first["draft"]["body"]["name"]) == ("published", REPLY, "Draft")
    assert (second["state"], second["body"]) == ("draft", None)


def test_a_parameter_is_said_once(desk: Desk) -> None:
    for query in ("?limit=1&limit=2", "/export?definition=calendar/a&definition=calendar/b"):
        assert refused(desk.client.get(f"{BASE}{query}")) == (422, "invalid")
    assert refused(desk.client.post(f"{BASE}/import?dry_run=true&dry_run=false")) == (422, "invalid")


@pytest.mark.parametrize("kind", ["nothing", "", "x" * 5000])
def test_a_kind_of_which_there_is_nothing(desk: Desk, kind: str) -> None:
    assert desk.get(kind=kind).json() == {"results": [], "next": None, "previous": None}


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 201}, {"limit": "x"}, {"limit": "１"}, {"cursor": "x"}, {"cursor": ""}]
)
def test_pages_that_cannot_be(desk: Desk, params: dict[str, Any]) -> None:
    assert refused(desk.get(**params)) == (422, "invalid")


def test_cursors_are_of_one_tenant_and_one_list(desk: Desk, other: Desk) -> None:
    for one in (desk, other):
        one.publish("canned_reply/a", REPLY)
        one.publish("canned_reply/b", REPLY)
    (cursor,) = parse_qs(urlsplit(other.get(limit=1).json()["next"]).query)["cursor"]
    assert other.get(cursor=cursor).status_code == 200
    assert refused(desk.get(cursor=cursor)) == (422, "invalid")
    assert exactly(desk.get(cursor=cursor)) == exactly(desk.get(cursor=f"{cursor}x"))
    assert refused(other.get("canned_reply/a/versions", cursor=cursor)) == (422, "invalid")


def test_kinds(desk: Desk) -> None:
    kinds = {row["kind"]: row for row in desk.get("kinds").json()["results"]}
    assert kinds.keys() >= {"inbox", "calendar", "canned_reply"}
    assert kinds["inbox"]["references"] == {"calendar": "calendar", "queue": "queue"}
    assert kinds["calendar"]["titles"]["zh"] == "工作时间"
    assert "$defs" in kinds["calendar"]["schema"]
    assert "\\\\Z" not in desk.get("kinds").content.decode(), "no pattern is Python's alone"


VIEWED = ["", "kinds", "export", "canned_reply/hi", "canned_reply/hi/versions", "canned_reply/hi/versions/1"]


@pytest.mark.parametrize("role", sorted(PERMISSIONS))
def test_what_each_role_may(
    desk: Desk, tenant: TenantRef, make_member: MakeMember, client_for: ClientFor, role: str
) -> None:
    desk.publish("canned_reply/hi", REPLY)
    desk.put("canned_reply/hi", REPLY)
    someone = Desk(client=client_for(tenant, make_member(tenant, role=role)))
    views, manages = role != "viewer", role in {"owner", "admin"}
    for path in [*VIEWED, "canned_reply/hi/diff"]:
        assert someone.get(path).status_code == (200 if views else 403), path
    calls = [
        someone.put("canned_reply/new", REPLY),
        someone.post("canned_reply/new/publish", {"revision": 1}),
        someone.load(desk.get("export").json(), dry_run="true"),
        someone.load(desk.get("export").json()),
        someone.post("canned_reply/new/retire"),
        someone.discard("canned_reply/hi"),
    ]
    for answer in calls:
        assert answer.status_code in ({200, 204} if manages else {403}), answer.content
    assert (desk.get("canned_reply/new").status_code == 200) is manages


def test_nobody_is_nobody(tenant: TenantRef, desk: Desk, client_for: ClientFor) -> None:
    anybody = Desk(client=client_for(tenant))
    for path in VIEWED:
        assert refused(anybody.get(path)) == (401, "not_signed_in")
    assert refused(anybody.put("canned_reply/new", REPLY)) == (401, "not_signed_in")
    assert refused(anybody.load({})) == (401, "not_signed_in")


def test_other_sites_cannot_write(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> None:
    forged = client_for(tenant, make_member(tenant, role="admin"), csrf=True)
    said = {"body": REPLY, "revision": 0}
    answer = forged.put(f"{BASE}/canned_reply/hi/draft", said, content_type="application/json")
    assert refused(answer) == (403, "not_allowed")


@pytest.mark.parametrize("path", ["", "export", "canned_reply/hi/versions", "canned_reply/hi/diff"])
def test_parameters_that_nobody_knows(desk: Desk, path: str) -> None:
    desk.publish("canned_reply/hi", REPLY)
    desk.put("canned_reply/hi", REPLY)
    assert refused(desk.get(path, kid="x")) == (422, "invalid")


def test_a_misspelt_dry_run_is_no_import(desk: Desk) -> None:
    exported = desk.get("export").json()
    before = desk.get().json()
    exported["definitions"][0]["body"]["name"] = "Changed"
    answer = desk.client.post(f"{BASE}/import?dryrun=true", exported, content_type="application/json")
    assert refused(answer) == (422, "invalid")
    assert desk.get().json() == before
