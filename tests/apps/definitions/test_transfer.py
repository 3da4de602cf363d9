"""Export and import: from one tenant into another, all or nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from tenants.context import TenantRef
from tests.apps.definitions.speaking import INBOX, Desk, fields, refused

REPLY = {"name": "Hi", "texts": {"en": "Hello"}}
FORMAT = "yunke.definitions.v1"


@pytest.fixture
def full(desk: Desk, calendar: dict[str, Any]) -> Desk:
    """A tenant with something of everything."""
    desk.publish("calendar/office", calendar)
    desk.publish(f"inbox/{INBOX}", {"name": "Shop", "calendar": "office"})
    desk.publish("canned_reply/hi", REPLY)
    desk.publish("canned_reply/bye", REPLY)
    desk.post("canned_reply/bye/retire")
    desk.put("canned_reply/hi", {**REPLY, "name": "only a draft"})
    return desk


def document(*items: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    return {"format": FORMAT, "definitions": [{"kind": kind, "key": key, "body": body} for kind, key, body in items]}


def places(exported: dict[str, Any]) -> list[str]:
    return [f"{one['kind']}/{one['key']}" for one in exported["definitions"]]


def everything(desk: Desk) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.get(limit=200).json()["results"]
    return rows


def test_export(full: Desk, tenant: TenantRef) -> None:
    response = full.get("export")
    exported = response.json()
    first = next(place for place in places(exported) if place.startswith("inbox/") and INBOX not in place)
    assert sorted(places(exported)) == sorted(["calendar/office", "canned_reply/hi", first, f"inbox/{INBOX}"])
    assert exported.keys() == {"format", "definitions"}
    assert all(one.keys() == {"kind", "key", "body"} for one in exported["definitions"])
    assert not any(secret in response.content.decode() for secret in (str(tenant.id), tenant.schema, tenant.slug))
    assert "only a draft" not in response.content.decode()


def test_export_of_some_takes_along_what_they_refer_to(full: Desk) -> None:
    assert places(full.get("export", definition=f"inbox/{INBOX}").json()) == ["calendar/office", f"inbox/{INBOX}"]
    both = full.get("export", definition="canned_reply/hi,calendar/office").json()
    assert places(both) == ["calendar/office", "canned_reply/hi"]


@pytest.mark.parametrize(
    "named", ["canned_reply/bye", "canned_reply/nothing", "nothing/hi", "canned_reply", "/", "\x00"]
)
def test_export_of_what_is_not_in_force(full: Desk, named: str) -> None:
    response = full.get("export", definition=named)
    assert (refused(response), fields(response)) == ((422, "invalid"), ["definition"])


def test_from_one_tenant_into_another(full: Desk, other: Desk, calendar: dict[str, Any]) -> None:
    other.publish("canned_reply/hi", {**REPLY, "name": "Theirs"})
    other.publish("calendar/office", calendar)
    exported = full.get("export").json()
    before = everything(other)
    planned = other.load(exported, dry_run="true").json()
    assert planned["dry_run"] is True
    plan = {f"{one['kind']}/{one['key']}": (one["action"], one["version"]) for one in planned["results"]}
    assert plan["calendar/office"] == ("unchanged", 1)
    assert plan["canned_reply/hi"] == ("new_version", 2)
    assert plan[f"inbox/{INBOX}"] == ("create", 1)
    (hi,) = [one for one in planned["results"] if one["key"] == "hi"]
    assert hi["changes"] == [{"path": "/name", "action": "changed", "before": "Theirs", "after": "Hi"}]
    assert everything(other) == before, "a dry run changes nothing"
    done = other.load(exported).json()
    assert done == {"dry_run": False, "results": planned["results"]}
    exported_there = other.get("export").json()["definitions"]
    assert all(one in exported_there for one in exported["definitions"])
    assert {one["action"] for one in other.load(exported).json()["results"]} == {"unchanged"}


def test_what_was_retired_comes_back(full: Desk) -> None:
    planned = full.load(document(("canned_reply", "bye", REPLY))).json()["results"]
    assert [(one["action"], one["version"], one["changes"]) for one in planned] == [("new_version", 3, [])]
    assert full.get("canned_reply/bye").json()["state"] == "published"


def test_drafts_stay(full: Desk) -> None:
    full.load(document(("canned_reply", "hi", {**REPLY, "name": "Imported"})))
    row = full.get("canned_reply/hi").json()
    assert (row["version"], row["body"]["name"], row["draft"]["body"]["name"]) == (2, "Imported", "only a draft")
    stale = full.post("canned_reply/hi/publish", {"revision": row["draft"]["revision"]})
    assert refused(stale) == (409, "conflict")


def test_an_import_refers_to_itself_or_to_what_is_here(desk: Desk, calendar: dict[str, Any]) -> None:
    inbox = ("inbox", INBOX, {"name": "Shop", "calendar": "office"})
    lost = desk.load(document(("canned_reply", "hi", REPLY), inbox))
    assert (refused(lost), fields(lost)) == ((422, "invalid"), ["definitions.1.body.calendar"])
    assert desk.load(document(inbox, ("calendar", "office", calendar))).status_code == 200
    assert desk.load(document(("inbox", "j" * 20, inbox[2]))).status_code == 200


WRONG: list[tuple[tuple[str, str, dict[str, Any]], str]] = [
    (("flow", "x", {}), "definitions.1.kind"),
    (("canned_reply", "Not a key", REPLY), "definitions.1.key"),
    (("canned_reply", "fine", REPLY), "definitions.1.key"),
    (("canned_reply", "x", {**REPLY, "texts": {"en": "{{who}}"}}), "definitions.1.body.texts.en"),
    (("canned_reply", "x", {**REPLY, "more": 1}), "definitions.1.body.more"),
    (("inbox", "x" * 20, {"name": "x", "calendar": "nowhere"}), "definitions.1.body.calendar"),
]


@pytest.mark.parametrize(("item", "field"), WRONG)
@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_all_or_nothing(desk: Desk, item: tuple[str, str, dict[str, Any]], field: str, dry_run: str) -> None:
    before = everything(desk)
    response = desk.load(document(("canned_reply", "fine", REPLY), item), dry_run=dry_run)
    assert (refused(response), fields(response)) == ((422, "invalid"), [field])
    assert everything(desk) == before


def test_every_mistake_is_named(desk: Desk) -> None:
    response = desk.load(document(*(item for item, _ in WRONG[:2] + WRONG[3:5])))
    assert [field.split(".")[1] for field in fields(response)] == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said | {"format": "yunke.definitions.v2"},
        lambda said: said | {"tenant": "x"},
        lambda said: {"format": said["format"]},
        lambda said: said | {"definitions": [{"kind": "calendar", "key": "x"}]},
        lambda said: said | {"definitions": said["definitions"] * 1001},
    ],
)
def test_documents_that_do_not_fit(desk: Desk, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    assert refused(desk.load(change(document(("canned_reply", "hi", REPLY))))) == (422, "invalid")


def test_a_dry_run_is_asked_for_plainly(desk: Desk) -> None:
    assert refused(desk.load(document(), dry_run="maybe")) == (422, "invalid")
