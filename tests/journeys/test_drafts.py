"""A draft survives a reload and another device, and the newest words of either hold."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage


def test_a_draft_is_on_every_device(stage: Stage) -> None:
    desk, phone, visitor = stage.agent("Amy"), stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("Is it in stock?")
    for page in (desk, phone):
        page.locator("button.row").click()
    with desk.expect_response(lambda answer: answer.request.method == "PUT" and "/me/drafts/" in answer.url):
        desk.locator("#draft").fill("Let me look")
    phone.reload()
    expect(phone.locator("#draft")).to_have_value("Let me look")
    with phone.expect_response(lambda answer: answer.request.method == "PUT" and "/me/drafts/" in answer.url):
        phone.locator("#draft").fill("Let me look in the other shop")
    desk.evaluate("localStorage.clear()")
    desk.reload()
    expect(desk.locator("#draft")).to_have_value("Let me look in the other shop")
    with desk.expect_response(lambda answer: answer.request.method == "PUT" and "/me/drafts/" in answer.url):
        desk.locator("#draft").press("Enter")
    expect(desk.locator(".message.answer")).to_contain_text("the other shop")
    phone.reload()
    expect(phone.locator(".message.answer")).to_contain_text("the other shop")
    expect(phone.locator("#draft")).to_have_value("")
