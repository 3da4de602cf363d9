"""A visitor writes, an agent takes and answers; both see it live and read; a colleague's note stays inside."""

import re

from playwright.sync_api import expect

from tests.journeys.stage import Stage

CANARY = "canary-4f1d note for colleagues"


def test_visitor_is_answered_and_never_sees_a_note(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("Is the rock oolong back? https://example.com/oolong")
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible()

    row = amy.locator("button.row", has_text="Is the rock oolong back?")
    expect(row.locator(".count")).to_have_text("1")
    row.click()
    expect(row.locator(".count")).to_have_count(0)
    expect(visitor.chat.locator(".mine [data-state=read]")).to_be_visible()

    amy.get_by_role("button", name="Take", exact=True).click()
    expect(amy.locator(".log")).to_contain_text("Assigned to Amy")
    amy.keyboard.press("n")
    amy.locator("#draft").fill(CANARY)
    amy.keyboard.press("Enter")
    expect(amy.locator(".note")).to_contain_text(CANARY)

    amy.get_by_role("button", name="Answer", exact=True).click()
    amy.locator("#draft").press_sequentially("It is!")
    expect(visitor.chat.locator("#line")).to_have_text("Amy is typing")
    amy.keyboard.press("Enter")
    expect(visitor.chat.locator(".message").last).to_contain_text("It is!")
    expect(amy.locator(".answer [data-state=read]")).to_be_visible()

    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator(".message").last).to_contain_text("It is!")
    link = visitor.chat.locator(".mine a")
    expect(link).to_have_attribute("href", "https://example.com/oolong")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    received = visitor.received()
    assert CANARY not in received
    assert not [frame for frame in visitor.frames if "staff" in frame or "assigned" in frame or "position" in frame]
    assert "It is!" in received, "the recorder must have power"


def test_unread_answers_are_counted_on_the_closed_button(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("Hello?")
    amy.locator("button.row", has_text="Hello?").click()
    expect(visitor.chat.locator(".mine [data-state=read]")).to_be_visible()
    visitor.chat.locator("#close").click()
    amy.locator("#draft").fill("Here I am.")
    amy.keyboard.press("Enter")
    badge = visitor.page.get_by_role("button", name="Open chat, 1 unread")
    expect(badge).to_be_visible()
    expect(amy.locator(".answer [data-state=sent]")).to_be_visible()
    badge.click()
    expect(amy.locator(".answer [data-state=read]")).to_be_visible()


def test_markup_is_shown_as_text(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    text = '<img src=x onerror="alert(1)"> javascript:alert(1) https://example.com/"onmouseover="x'
    visitor.open()
    visitor.write(text)
    expect(visitor.chat.locator(".mine .prose")).to_have_text(text)
    amy.locator("button.row").first.click()
    expect(amy.locator(".message .prose")).to_have_text(text)
    assert amy.locator(".message img").count() == 0
    assert amy.locator(".message a").get_attribute("href") == "https://example.com/"
