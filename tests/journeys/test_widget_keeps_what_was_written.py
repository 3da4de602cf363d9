"""What a visitor or an agent wrote survives the server's death, a reload, and a browser without storage."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Service
from tests.journeys.stage import Stage


def test_unsent_messages_leave_once_the_server_is_back(stage: Stage, service: Service) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("before")
    amy.locator("button.row", has_text="before").click()
    expect(visitor.chat.locator(".mine [data-state=read]")).to_be_visible()

    stage.may_be_away = True
    service.kill()
    try:
        visitor.write("first while away")
        visitor.write("second while away")
        amy.locator("#draft").fill("answered while away")
        amy.keyboard.press("Enter")
        expect(visitor.chat.locator("[data-state=unsent]")).to_have_count(2)
        expect(visitor.chat.locator("#line[data-state=offline]")).to_be_visible()
        expect(amy.locator(".answer [data-state=unsent]")).to_have_count(1)
        expect(amy.locator(".link-state")).to_contain_text("Offline")
    finally:
        service.start()

    expect(visitor.chat.locator("[data-state=unsent]")).to_have_count(0, timeout=30_000)
    expect(amy.locator("[data-state=unsent]")).to_have_count(0, timeout=30_000)
    expect(amy.locator(".link-state")).to_have_attribute("data-state", "online")
    for log in (amy.locator(".log .prose"), visitor.chat.locator("#messages .prose")):
        expect(log).to_have_count(4)
        texts = log.all_inner_texts()
        assert [text for text in texts if "answered" not in text] == ["before", "first while away", "second while away"]
        assert texts.count("answered while away") == 1


def test_unsent_message_and_draft_survive_a_reload(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.page.route("**/api/v1/visitors", lambda route: route.abort("connectionrefused"))
    stage.may_be_away = True
    visitor.write("written in a tunnel")
    expect(visitor.chat.locator("[data-state=unsent]")).to_have_count(1)
    visitor.chat.locator("#text").fill("half a thought")
    visitor.page.reload()
    visitor.page.unroute("**/api/v1/visitors")
    visitor.open()
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible(timeout=20_000)
    expect(visitor.chat.locator(".mine .prose")).to_have_text("written in a tunnel")
    expect(visitor.chat.locator("#text")).to_have_value("half a thought")


@pytest.mark.parametrize(("where", "comes_back"), [("window !== parent", True), ("true", False)])
def test_chat_works_where_the_browser_denies_storage(stage: Stage, where: str, comes_back: bool) -> None:
    """A third-party frame without storage is remembered by the site around it; without any storage, by nobody."""
    visitor = stage.visitor()
    denied = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied'); } });"
    visitor.page.add_init_script(f"if ({where}) {denied}")
    visitor.page.reload()
    visitor.open()
    visitor.write("no storage here")
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible()
    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator("#text")).to_be_focused()
    expect(visitor.chat.locator(".mine")).to_have_count(1 if comes_back else 0)


def test_input_method_owns_its_enter(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    box = visitor.chat.locator("#text")
    box.fill("ni hao")
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    box.press("Shift+Enter")
    expect(box).to_have_value("ni hao\n")
    expect(visitor.chat.locator(".mine")).to_have_count(0)
