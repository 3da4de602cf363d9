"""Whoever sends while a colleague has answered since they began to write is asked first, once, whatever was between."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_labels import check_accessible


def test_a_colleague_has_answered_meanwhile(stage: Stage) -> None:
    amy, ben, visitor = stage.agent("Amy", locale="zh-CN"), stage.agent("Ben"), stage.visitor()
    visitor.open()
    visitor.write("Do you open on Sunday?")
    for page in (amy, ben):
        page.locator("button.row").first.click()
    ben.locator("#draft").fill("Yes, from ten")
    amy.locator("#draft").fill("No, sorry")
    amy.locator("#draft").press("Enter")
    for page in (amy, ben):
        expect(page.locator(".answer")).to_have_count(1)
    ben.locator("#draft").press("Enter")
    asked = ben.get_by_role("alertdialog", name="Send all the same?")
    expect(asked.get_by_role("button", name="Read it first")).to_be_focused()
    check_accessible(stage, ben)
    ben.keyboard.press("Enter")
    expect(asked).to_be_hidden()
    expect(ben.locator("#draft")).to_have_value("Yes, from ten")
    expect(ben.locator(".answer")).to_have_count(1)
    amy.locator("#draft").fill("We are closed")
    amy.locator("#draft").press("Enter")
    expect(ben.locator(".answer")).to_have_count(2)
    expect(ben.locator(".notice")).to_have_text("A colleague has answered while you were writing.")
    ben.reload()
    expect(ben.locator(".answer")).to_have_count(2)
    expect(ben.locator("#draft")).to_have_value("Yes, from ten")
    ben.locator("#draft").press("Enter")
    asked.get_by_role("button", name="Send", exact=True).click()
    expect(visitor.chat.locator(".log")).to_contain_text("Yes, from ten")
    expect(ben.locator("#draft")).to_have_value("")
    ben.locator("#draft").fill("Ask again any time")
    ben.locator("#draft").press("Enter")
    expect(visitor.chat.locator(".log")).to_contain_text("Ask again any time")
    expect(asked).to_be_hidden()
