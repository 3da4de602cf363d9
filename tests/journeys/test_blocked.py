"""A visitor is blocked at the desk: they are told, colleagues see it, and it is taken back."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage


def test_a_visitor_is_blocked_and_let_write_again(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write("buy my pills")
    amy = stage.agent("Amy")
    amy.locator("button.row").first.click()
    amy.get_by_role("button", name="Block this contact").click()
    expect(amy.locator(".facts")).to_contain_text("Their messages are refused")
    expect(amy.locator("button.row .marks")).to_contain_text("Blocked")
    visitor.write("more pills")
    expect(visitor.chat.locator(".mine").last).to_contain_text("No messages are taken from you here")
    amy.get_by_role("button", name="Unblock this contact").click()
    expect(amy.locator("button.row .marks")).not_to_contain_text("Blocked")
    visitor.chat.get_by_role("button", name="Try again").click()
    expect(amy.locator(".log")).to_contain_text("more pills")
