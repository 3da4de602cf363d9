"""How many definitions a company may have, how large one may be, and how many travel in one document."""

from typing import Any

import pytest

from conversations.definitions import commands, transfer
from tests.apps.definitions.speaking import Desk

REPLY = {"name": "Hello", "texts": {"en": "Hi!"}}


def item(key: str) -> dict[str, Any]:
    return {"kind": "canned_reply", "key": key, "body": REPLY}


def test_there_are_not_too_many_of_a_kind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_KEYS", 2)
    desk.publish("canned_reply/one", REPLY)
    assert desk.put("canned_reply/two", REPLY).status_code == 200
    refused = desk.put("canned_reply/three", REPLY)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_definitions")
    assert desk.put("canned_reply/one", {**REPLY, "name": "Again"}).status_code == 200, "what is there may change"
    assert desk.post("canned_reply/two/publish", {"revision": 1}).status_code == 200
    document = {"format": transfer.FORMAT, "definitions": [item("four")]}
    assert desk.post("import", document).json()["code"] == "too_many_definitions"


def test_an_import_is_counted_as_a_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_KEYS", 2)
    document = {"format": transfer.FORMAT, "definitions": [item(key) for key in ("one", "two", "three")]}
    assert desk.post("import", document).json()["code"] == "too_many_definitions"
    document["definitions"] = [item(key) for key in ("one", "two")]
    assert desk.post("import", document).status_code == 200


def test_one_is_not_too_large(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_BYTES", 100)
    refused = desk.put("canned_reply/one", {**REPLY, "texts": {"en": "x" * 100}})
    assert (refused.status_code, refused.json()["code"]) == (422, "definition_too_large")
    assert desk.put("canned_reply/one", REPLY).status_code == 200


def test_an_export_is_not_endless(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("one", "two"):
        desk.publish(f"canned_reply/{key}", REPLY)
    monkeypatch.setattr(transfer, "MOST", 1)
    refused = desk.get("export")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_much_to_export")
    assert desk.get("export", definition="canned_reply/one").status_code == 200
