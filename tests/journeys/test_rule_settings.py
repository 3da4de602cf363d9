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
    page.goto(f"{stage.url}/settings/rules/runs?key=urgent")
    wrong += judge(page, "dry runs")
    page.locator("form button.primary").press("Enter")
    expect(page.locator("section.card")).to_contain_text("broken", timeout=20_000)
    wrong += judge(page, "a dry run")
    stage.problems[:] = ours
    assert wrong == []


def test_a_macro_is_applied_by_keyboard(stage: Stage) -> None:
    olivia = stage.agent("Olivia")
    olivia.goto(f"{stage.url}/settings/rules")
    olivia.locator("#macro-key").fill("refund")
    olivia.keyboard.press("Enter")
    olivia.locator("#f-name").fill("Ask for a refund")
    for at, (do, field, value) in enumerate((("tag", "add", "refund"), ("note", "text", "They want it back"))):
        olivia.locator("fieldset.rows summary").nth(at).press("Enter")
        olivia.locator(f"#f-actions-{at}-do").select_option(do)
        olivia.locator(f"#f-actions-{at}-{field}").fill(value)
    olivia.locator("button[value=publish]").press("Enter")
    expect(olivia.get_by_role("status")).to_be_visible()
    visitor = stage.visitor()
    visitor.open()
    visitor.write("I want my money back")
    amy = stage.agent("Amy")
    amy.locator(".rows li").first.click()
    expect(amy.locator(".thread")).to_contain_text("my money")
    amy.locator("h1").first.focus()
    amy.keyboard.press("o")
    expect(amy.get_by_role("option", name="Ask for a refund")).to_contain_text("changes tags · notes something")
    amy.keyboard.press("Enter")
    expect(amy.locator(".toasts")).to_contain_text("Done: Ask for a refund")
    expect(amy.locator(".thread")).to_contain_text("They want it back")
    expect(amy.locator("#panel")).to_contain_text("refund")
