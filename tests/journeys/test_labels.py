"""Tags and priority by keyboard alone; colleagues see them at once, whatever their language, a visitor never."""

from typing import Literal

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage
from tests.journeys.test_settings_are_accessible import AXE, RUN, TAGS


def test_tags_and_priority_by_keyboard(stage: Stage) -> None:
    amy, ben, visitor = stage.agent("Amy"), stage.agent("Ben", locale="zh-CN"), stage.visitor()
    visitor.open()
    visitor.write("I want my money back")
    for page in (amy, ben):
        page.locator("button.row").first.click()
    amy.locator(".log").focus()
    amy.keyboard.press("l")
    expect(amy.get_by_label("Add a tag")).to_be_focused()
    amy.keyboard.type("Refund, very  angry")
    expect(amy.get_by_label("Add a tag")).to_have_value("Refund, very  angry")
    amy.keyboard.press("Enter")
    expect(amy.get_by_label("Add a tag")).to_have_value("")
    for page in (amy, ben):
        expect(page.locator(".tags li")).to_have_text(["refund", "very angry"])
    ben.get_by_role("button", name="移除标签“refund”").click()
    expect(amy.locator(".tags li")).to_have_text(["very angry"])
    amy.locator(".log").focus()
    amy.keyboard.press("p")
    amy.keyboard.type("Urg")
    expect(ben.get_by_label("优先级")).to_have_value("urgent")
    expect(ben.locator("button.row .marks")).to_contain_text("紧急")
    expect(ben.locator(".log")).to_contain_text("添加了标签“refund” · 添加了标签“very angry”")
    expect(amy.locator(".log")).to_contain_text("Priority: Urgent")
    expect(amy.get_by_role("heading", name="Details")).to_be_visible()
    for page in (amy, ben):
        check_accessible(stage, page)
    assert "angry" not in visitor.received()
    assert not any("prioritized" in frame for frame in visitor.frames)


def check_accessible(stage: Stage, page: Page) -> None:
    ours = list(stage.problems)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE)
        assert page.evaluate(RUN, TAGS) == [], scheme
    stage.problems[:] = ours  # what axe itself tries is no problem of the page's
