"""An owner defines a type of tickets and promises time for it; the next ticket has its form, and its clock runs."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_a_type_and_a_promise(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    page = stage.agent("Olivia", locale=locale, viewport=viewport)
    page.goto(f"{stage.url}/settings/tickets")
    page.locator("#ticket_type-key").fill("return")
    page.keyboard.press("Enter")
    page.locator("#f-name").fill("Return")
    page.locator("#f-prefix").fill("RET")
    page.locator(".row-of summary").nth(9).press("Enter")  # six statuses and three to be filled in come before
    page.locator("#f-questions-0-key").fill("order")
    page.locator("#f-questions-0-title").fill("Order number")
    page.locator("input[name='questions.0.required']").check()
    ours = list(stage.problems)
    wrong = judge(page, "a type")
    page.locator("button[value=publish]").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("#f-questions-0-title")).to_have_value("Order number")

    page.goto(f"{stage.url}/settings/tickets")
    page.locator("#sla_policy-key").fill("usual")
    page.keyboard.press("Enter")
    page.locator("#f-name").fill("Usual")
    page.locator("button[value=publish]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#f-targets-resolution").fill("usual 240")
    page.locator(".row-of summary").first.press("Enter")
    page.locator("#f-ladder-0-key").fill("lead")
    page.locator("#f-ladder-0-minutes").fill("30")
    page.locator("#f-ladder-0-when").select_option("before_breach")
    page.locator("input[name='ladder.0.told.owner']").check()
    wrong += judge(page, "a policy")
    page.locator("button[value=publish]").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("input[name='ladder.0.told.owner']")).to_be_checked()

    page.goto(f"{stage.url}/tickets/new?type=return")
    page.locator("#title").fill("Too small")
    page.locator("input[name='field.order']").fill("4711")
    page.locator("#title").press("Enter")
    expect(page.locator("h1")).to_contain_text("RET-1")
    expect(page.locator(".promises .clock")).to_have_attribute("data-clock", "running")
    expect(page.locator("dl").first).to_contain_text("4711")
    wrong += judge(page, "a ticket", columns=viewport == DESKTOP)
    stage.problems[:] = [one for one in ours if "422" not in one]
    assert wrong == []
