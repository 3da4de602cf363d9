"""Definitions by API key: what its scopes say, and its id as who did it."""

from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.apps.definitions.speaking import INBOX, JSON, Desk, refused
from tests.conftest import ClientFor

PLACE = "calendar/office"


@pytest.fixture
def make_program(tenant: TenantRef, admin: Client, client_for: ClientFor) -> Any:
    """Make a program with a key of these scopes; answer the key's id, too."""

    def make(*scopes: str) -> tuple[Desk, str]:
        made = admin.post("/api/v1/keys", {"name": "Robot", "scopes": scopes}, content_type=JSON).json()
        client = client_for(tenant)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"
        return Desk(client=client), made["id"]

    return make


def test_a_program_publishes(make_program: Any, calendar: dict[str, Any]) -> None:
    program, key = make_program("definitions.view", "definitions.manage")
    assert program.publish(PLACE, calendar)["published_by"] == key
    assert program.load(program.get("export", definition=PLACE).json()).json()["results"][0]["action"] == "unchanged"


def test_a_program_that_may_only_look(make_program: Any, desk: Desk, calendar: dict[str, Any]) -> None:
    program, _ = make_program("definitions.view")
    published = desk.publish(PLACE, calendar)
    assert program.get(PLACE).json() == published
    for answer in (
        program.put(PLACE, calendar),
        program.post(f"{PLACE}/retire"),
        program.load({}),
        program.discard(PLACE),
    ):
        assert refused(answer) == (403, "not_allowed")


def test_a_program_for_something_else(make_program: Any, desk: Desk, calendar: dict[str, Any]) -> None:
    program, _ = make_program("conversations.view", "inboxes.manage")
    desk.publish(PLACE, calendar)
    for path in ("", PLACE, "export", "kinds"):
        assert refused(program.get(path)) == (403, "not_allowed")


def test_an_inbox_is_not_written_without_the_scope_for_inboxes(make_program: Any, desk: Desk) -> None:
    program, _ = make_program("definitions.view", "definitions.manage")
    place, body = f"inbox/{INBOX}", {"name": "Elsewhere", "origins": ["https://evil.example"]}
    document = {"format": "yunke.definitions.v1", "definitions": [{"kind": "inbox", "key": INBOX, "body": body}]}
    published = desk.publish(place, {"name": "Shop"})
    revision = desk.put(place, body).json()["draft"]["revision"]
    for answer in (
        program.put(place, body, revision=revision),
        program.post(f"{place}/publish", {"revision": revision}),
        program.post(f"{place}/retire"),
        program.discard(place),
        program.load(document),
        program.load(document, dry_run="true"),
    ):
        assert refused(answer) == (403, "not_allowed")
    assert program.get(place).json()["version"] == published["version"]
    keeper, key = make_program("definitions.view", "definitions.manage", "inboxes.manage")
    assert keeper.post(f"{place}/publish", {"revision": revision}).json()["published_by"] == key


def test_the_same_post_twice_runs_once(desk: Desk, calendar: dict[str, Any]) -> None:
    revision = desk.put(PLACE, calendar).json()["draft"]["revision"]
    headers = {"idempotency-key": "publish-1"}
    path, said = f"/api/v1/definitions/{PLACE}/publish", {"revision": revision}
    first, second = (desk.client.post(path, said, content_type=JSON, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
