"""An owner registers a partner's server by keyboard, verifies and tests it, and sends again; no page has a barrier."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge
from tests.receiver import Told, receiving

WORDS = {
    "en-US": {"verify": "Verify", "test": "Send a test", "delivered": "✓ Delivered", "live": "✓ Live"},
    "zh-CN": {"verify": "验证", "test": "发送测试", "delivered": "✓ 已送达", "live": "✓ 有效"},
}


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_a_partner_hears_of_a_test_and_of_it_again(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    words, page, wrong = WORDS[locale], stage.agent("Olivia", locale=locale, viewport=viewport), list[Any]()
    with receiving() as receiver:
        register(page, stage, receiver.url)
        wrong += judged(page, stage, "made")
        page.get_by_role("button", name=words["verify"]).press("Enter")
        expect(page.get_by_role("status")).to_be_visible()
        expect(page.locator(".state").first).to_have_text(words["live"])
        page.get_by_role("button", name=words["test"]).press("Enter")
        wait_for(page, lambda: len(receiver.events) == 1)
        expect(page.locator(".things .state")).to_have_text(words["delivered"])
        wrong += judged(page, stage, "one")
        receiver.answer = busy
        page.locator(".things button").press("Enter")
        wait_for(page, lambda: len(receiver.events) == 2)
        expect(page.locator(".things .what")).to_contain_text("HTTP 503")
        page.locator(".things a").press("Enter")
        expect(page.locator(".code").first).to_have_text("<busy>")
        wrong += judged(page, stage, "delivery")
        assert len({told.id for told in receiver.events}) == 1
    page.goto(f"{stage.url}/settings/webhooks")
    expect(page.locator("nav [aria-current]")).to_have_text("Webhooks" if locale == "en-US" else "Webhook")
    wrong += judged(page, stage, "all")
    assert wrong == []


def register(page: Page, stage: Stage, url: str) -> None:
    """Fill the form in and send it by keyboard; the secret is shown then, and not again."""
    page.goto(f"{stage.url}/settings/webhooks")
    page.locator("#url").focus()
    page.keyboard.type(url)
    page.keyboard.press("Tab")
    page.keyboard.type("Warehouse")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("summary").press("Enter")
    page.get_by_label("message.posted.v1").press("Space")
    page.locator("main button.primary").last.press("Enter")
    expect(page.locator(".code")).to_contain_text("whsec_")


def judged(page: Page, stage: Stage, name: str) -> list[Any]:
    """Answer what is wrong with the page; what axe itself tries is no problem of it."""
    ours = list(stage.problems)
    try:
        return judge(page, name)
    finally:
        stage.problems[:] = ours


def busy(_told: Told) -> tuple[int, dict[str, str], bytes]:
    """Answer as somebody who has no time."""
    return 503, {}, b"<busy>"


def wait_for(page: Page, happened: Callable[[], bool]) -> None:
    """Wait until the partner has heard of it, and the page, loaded anew, says so."""
    for _ in range(100):
        if happened():
            break
        page.wait_for_timeout(100)
    assert happened()
    page.wait_for_timeout(1000)  # until the worker has noted what came of it
    page.goto(page.url.partition("?")[0])
