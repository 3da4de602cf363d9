"""An owner writes a rule by a form; it follows what a customer writes, and a colleague applies a macro by hand."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_a_rule_is_written_and_followed(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    page = stage.agent("Olivia", locale=locale, viewport=viewport)
    page.goto(f"{stage.url}/settings/rules")
    page.locator("#rule-key").fill("urgent")
    page.keyboard.press("Enter")
    page.locator("#f-name").fill("Broken things are urgent")
    page.locator("#f-when-event").select_option("message.received")
    page.locator("fieldset.rows:has(#f-questions-0-field) summary").first.press("Enter")
    page.locator("#f-questions-0-field").select_option("event.text")
    page.locator("#f-questions-0-op").select_option("contains")
    page.locator("#f-questions-0-value").fill("broken")
    page.locator("fieldset.rows:has(#f-actions-0-do) summary").first.press("Enter")
    page.locator("#f-actions-0-do").select_option("tag")
    page.locator("#f-actions-0-add").fill("urgent")
    ours = list(stage.problems)
    wrong = judge(page, "a rule")
    page.locator("button[value=publish]").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("#f-questions-0-value")).to_have_value("broken")
    visitor = stage.visitor()
    visitor.open()
    visitor.write("It came broken")
    page.goto(stage.url)
    page.locator(".rows li").first.click()
    expect(page.locator("#panel")).to_contain_text("urgent", timeout=15_000)
    stage.problems[:] = ours
    assert wrong == []
