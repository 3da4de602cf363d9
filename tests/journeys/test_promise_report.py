"""The report of promises in a browser: no barrier, in both languages, on a desk and on a phone."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_the_report(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    page = stage.agent("Olivia", locale=locale, viewport=viewport)
    page.goto(f"{stage.url}/settings/tickets?kind=sla_policy&key=usual")
    page.locator("#f-name").fill("Usual")
    page.locator("#f-targets-resolution").fill("usual 240")
    page.locator("button[value=publish]").click()
    expect(page.get_by_role("status")).to_be_visible()
    for title in ("One", "Two"):
        page.goto(f"{stage.url}/tickets/new")
        page.locator("#title").fill(title)
        page.keyboard.press("Enter")
        page.locator("#status").select_option("solved")
        page.locator("form:has(#status) button").click()
        expect(page.locator("h1 + p .status")).to_have_class("status solved")
    rows = page.locator("tbody tr")
    for _ in range(20):  # a worker notes it
        page.goto(f"{stage.url}/reports/promises?by=promise&key=resolution")
        if rows.count() >= 3:
            break
        page.wait_for_timeout(500)
    expect(rows).to_have_count(3)
    ours = list(stage.problems)
    wrong = judge(page, "the report")
    stage.problems[:] = ours
    assert wrong == []
    with page.expect_download() as file:
        page.locator("a[href*='.csv']").click()
    assert file.value.suggested_filename.startswith("promises-")
