"""An owner sets a team and a queue up by keyboard; the pages have no barrier, in both languages, on desk and phone."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_a_team_and_a_queue_are_set_up_by_keyboard(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    page = stage.agent("Olivia", locale=locale, viewport=viewport)
    page.goto(f"{stage.url}/settings/routing")
    page.locator("#team-key").focus()
    page.keyboard.type("tea")
    page.keyboard.press("Enter")
    page.get_by_label("Name" if locale == "en-US" else "名称").focus()
    page.keyboard.type("Tea people")
    page.keyboard.press("Tab")
    page.get_by_label("Amy").focus()
    page.keyboard.press("ArrowDown")
    page.locator("button[value=publish]").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("In force" if locale == "en-US" else "已生效")

    page.goto(f"{stage.url}/settings/routing")
    page.locator("#queue-key").focus()
    page.keyboard.type("help")
    page.keyboard.press("Enter")
    page.locator("#f-name").fill("Help")
    page.get_by_label("Tea people").press("Space")
    page.locator("button[value=publish]").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.get_by_label("Tea people")).to_be_checked()
    page.locator("#f-offer_s").fill("45")
    page.locator("button[value=save]").press("Enter")
    expect(page.locator("tbody")).to_contain_text("45")
    ours = list(stage.problems)
    wrong = judge(page, "a queue")
    page.goto(f"{stage.url}/settings/routing")
    expect(page.locator("#queue-title ~ .things")).to_contain_text("Help")
    page.locator("#agent-title ~ .things a").first.click()
    wrong += judge(page, "an agent")
    stage.problems[:] = ours
    assert wrong == []
