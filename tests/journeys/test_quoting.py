"""Answering one message in particular: from the desk by keyboard, from the widget by pointer, in both languages."""

from playwright.sync_api import expect

from tests.journeys.stage import PHONE, Stage
from tests.journeys.test_labels import check_accessible


def test_one_message_is_answered(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("Is the green tea back?")
    visitor.write("And what of the cups?")
    amy.locator("button.row").click()
    first = amy.locator(".message:not(.answer)", has_text="green tea")
    first.hover()
    first.get_by_role("button", name="Actions for the message").click()
    expect(amy.get_by_role("button", name="Reply to this message")).to_be_focused()
    check_accessible(stage, amy)
    amy.keyboard.press("Enter")
    expect(amy.locator(".quoting")).to_contain_text("Is the green tea back?")
    expect(amy.locator("#draft")).to_be_focused()
    amy.reload()
    expect(amy.locator(".quoting")).to_contain_text("Is the green tea back?")
    amy.locator("#draft").fill("On Monday!")
    amy.keyboard.press("Enter")
    expect(amy.locator(".quoting")).to_be_hidden()
    expect(amy.locator(".answer .quote")).to_contain_text("Is the green tea back?")
    expect(amy.locator(".answer [data-state=sent], .answer [data-state=read]")).to_be_visible()
    amy.locator(".answer .quote").click()
    expect(first).to_be_focused()
    check_accessible(stage, amy)

    expect(visitor.chat.locator(".message .quote")).to_contain_text("Is the green tea back?")
    answer = visitor.chat.locator(".message", has_text="On Monday!")
    answer.hover()
    answer.get_by_role("button", name="Reply to Amy").click()
    expect(visitor.chat.locator(".quoting")).to_contain_text("On Monday!")
    visitor.chat.get_by_role("button", name="Do not quote it").click()
    expect(visitor.chat.locator(".quoting")).to_be_hidden()
    answer.get_by_role("button", name="Reply to Amy").click()
    visitor.write("Wonderful")
    expect(visitor.chat.locator(".mine .quote")).to_contain_text("On Monday!")
    expect(amy.locator(".message:not(.answer) .quote")).to_contain_text("On Monday!")


def test_quotes_by_key_and_in_chinese(stage: Stage) -> None:
    ben, visitor = stage.agent("Ben", locale="zh-CN"), stage.visitor(locale="zh-CN", viewport=PHONE)
    visitor.open(label="打开聊天")
    visitor.write("请问绿茶到货了吗？")
    ben.locator("button.row").click()
    expect(ben.locator(".message")).to_be_visible()
    ben.locator(".log").focus()
    ben.keyboard.press("q")
    expect(ben.locator(".quoting")).to_contain_text("请问绿茶到货了吗？")
    ben.locator("#draft").fill("周一到货")
    ben.keyboard.press("Enter")
    expect(visitor.chat.locator(".quote")).to_contain_text("请问绿茶到货了吗？")
    expect(ben.locator(".answer .quote")).to_contain_text("请问绿茶到货了吗？")
    visitor.chat.get_by_role("button", name="回复 Ben").click()
    expect(visitor.chat.locator(".quoting")).to_contain_text("回复 Ben")
    assert visitor.chat.locator("html").evaluate("node => node.scrollWidth <= innerWidth")
