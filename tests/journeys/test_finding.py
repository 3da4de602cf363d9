"""An agent finds what a visitor said long ago, and what a colleague noted, by keyboard, in English and in Chinese."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_labels import check_accessible


def test_what_was_said_is_found_and_opened_there(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("请问退款要多久才能到账？")
    amy.locator("button.row").first.click()
    amy.locator(".log").focus()
    amy.keyboard.press("n")
    amy.keyboard.type("He waits for the zeppelin")
    amy.keyboard.press("Enter")
    expect(amy.locator(".note")).to_contain_text("zeppelin")
    amy.keyboard.press("Escape")
    amy.locator(".log").focus()
    amy.keyboard.press("Escape")
    expect(amy.locator(".none .big")).to_be_visible()
    amy.locator("body").press("/")
    box = amy.get_by_role("dialog")
    amy.keyboard.type("退款到账")
    expect(box.locator("mark").first).to_have_text("退款", timeout=15_000)
    expect(box.get_by_role("option")).to_have_count(1)
    check_accessible(stage, amy)
    amy.keyboard.press("Enter")
    expect(box).to_be_hidden()
    expect(amy.locator("article.message[data-seq]:focus")).to_contain_text("退款要多久")
    amy.keyboard.press("s")
    amy.keyboard.type("zeppelins")
    expect(box.locator("mark").first).to_have_text("zeppelin", timeout=15_000)
    amy.keyboard.press("Enter")
    expect(amy.locator("article.note:focus")).to_contain_text("zeppelin")
    amy.keyboard.press("s")
    amy.keyboard.type("nobody ever said this")
    expect(box.get_by_role("status")).to_have_text("Nothing was found.")
    ben = stage.agent("Ben", locale="zh-CN")
    ben.locator("body").press("/")
    ben.keyboard.type("退款")
    expect(ben.get_by_role("dialog").get_by_role("group", name="会话").get_by_role("option")).to_have_count(1)
    check_accessible(stage, ben)
