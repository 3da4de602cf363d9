"""What was edited is found by its new words alone, and what was recalled not at all."""

from datetime import UTC, datetime
from typing import Any

from conversations.engine.models import ReaderCursor
from conversations.threads.amending import commands
from tenants.context import tenant_context
from tests.apps.searching.seeking import Seeking
from tests.apps.searching.test_search import entries


def test_edited_and_recalled(seeking: Seeking) -> None:
    shop, guest = seeking.shop, seeking.shop.welcome(text="please send the marmalade")
    assert seeking.found("marmalade") == ["please send the marmalade"]
    said: Any = {"conversation": guest.conversation, "seq": 2, "actor": guest.actor, "now": datetime.now(UTC)}
    for text in ("please send the honey", "please send the butter"):
        with tenant_context(shop.tenant):
            commands.edit_message(**said, text=text)
    assert (seeking.found("marmalade"), seeking.found("honey")) == ([], [])
    assert seeking.found("butter") == ["please send the butter"]
    before = entries(shop)
    with tenant_context(shop.tenant):
        ReaderCursor.objects.filter(reader="searching").update(position=0)
    seeking.read()
    assert entries(shop) == before, "read again from the beginning it is the same"
    with tenant_context(shop.tenant):
        commands.recall_message(**said)
    assert [seeking.found(word) for word in ("marmalade", "honey", "butter")] == [[], [], []]
