"""What is sent is what the catalogue says."""

import json
from typing import Any

import msgspec
import pytest
from jsonschema_rs import Draft202012Validator, ValidationError

from config.management.commands.catalogues import DOCS
from conversations.engine.events import get_kinds
from conversations.threads.events import ConversationAssigned, NotePosted
from tests.apps.integrations.conftest import Hook, Post
from tests.receiver import Receiver
from tests.shop import Shop

CATALOGUE: dict[str, Any] = json.loads((DOCS / "webhooks.json").read_text(encoding="utf-8"))


def check(said: dict[str, Any]) -> None:
    schema = {"$schema": CATALOGUE["$schema"], "$defs": CATALOGUE["$defs"], **CATALOGUE["kinds"][said["type"]]}
    Draft202012Validator(schema).validate(said)


def test_what_is_sent_fits_with_names_and_without(
    shop: Shop, hook: Hook, post: Post, receiver: Receiver, other: Receiver
) -> None:
    hook(scopes=["notes:read", "personal:read", "audit.view"])
    hook(url=other.url, scopes=["notes:read", "audit.view"])
    guest = shop.welcome(text="hello")
    shop.write(guest.conversation, [NotePosted(name="Ada", text="hm"), ConversationAssigned(to=None, name=None)])
    post.work()
    kinds = {told.said["type"] for told in receiver.events}
    assert {"message.posted.v1", "note.posted.v1", "conversation.assigned.v1", "audit.recorded.v1"} <= kinds
    for told in [*receiver.events, *other.events]:
        check(told.said)


def test_the_catalogue_refuses_what_is_not_so(shop: Shop, hook: Hook, post: Post, receiver: Receiver) -> None:
    hook(kinds=["message.posted.v1"])
    shop.welcome(text="hello")
    post.work()
    (told,) = receiver.events
    said = told.said
    check(said)
    for wrong in (
        {**said, "data": {**said["data"], "kind": "note.posted.v1"}},
        {**said, "data": {**said["data"], "seq": "1"}},
        {**said, "data": {**said["data"], "body": {**said["data"]["body"], "author": "robot"}}},
        {name: value for name, value in said.items() if name != "id"},
    ):
        with pytest.raises(ValidationError):
            check(wrong)


@pytest.mark.parametrize("kind", sorted(get_kinds()))
def test_every_kind_has_an_example_that_is_still_so(kind: str) -> None:
    """If not: record them anew, as tests/recording.py says."""
    (example,) = CATALOGUE["kinds"][kind]["examples"]
    check(example)
    fact, body = get_kinds()[kind], example["data"]["body"]
    assert set(body) == set(fact.__struct_fields__) - {"replaced"}  # what was replaced since is no example
    assert msgspec.json.decode(msgspec.json.encode(msgspec.convert(body, fact))) == body
