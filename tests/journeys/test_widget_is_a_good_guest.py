"""On somebody else's site the widget costs little, stores nothing before it is opened, and is framed where it may."""

import gzip
import re

from playwright.sync_api import Response, expect

from tests.journeys.stage import PHONE, Stage

LOADER_BYTES = 5_120
OPENED_GZIP_BYTES = 20_480


def test_nothing_happens_before_it_is_opened(stage: Stage) -> None:
    visitor = stage.visitor()
    button = visitor.page.get_by_role("button", name="Open chat")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert visitor.page.locator("iframe").count() == 0
    assert visitor.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert not [response.url for response in visitor.responses if "/api/" in response.url]


def test_escape_closes_and_focus_returns(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    box = visitor.chat.locator("#text")
    expect(box).to_be_focused()
    expect(visitor.page.get_by_role("button", name="Close chat").first).to_have_attribute("aria-expanded", "true")
    box.press("Escape")
    button = visitor.page.get_by_role("button", name="Open chat")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")


def test_sizes_stay_within_their_budgets(stage: Stage) -> None:
    page = stage.page()
    seen: list[Response] = []
    page.on("response", lambda response: seen.append(response))  # noqa: PLW0108 # Playwright marks the function
    page.goto(f"{stage.url}/widget/{stage.key}", wait_until="networkidle")
    opened = {r.url: len(gzip.compress(r.body(), 9)) for r in seen if not r.url.endswith(".svg")}
    assert len(opened) > 5, "the page and its modules were seen"
    assert page.evaluate("fetch('/widget.js').then(async (answer) => (await answer.blob()).size)") <= LOADER_BYTES
    assert sum(opened.values()) <= OPENED_GZIP_BYTES, opened


def test_it_fills_a_phone(stage: Stage) -> None:
    visitor = stage.visitor(viewport=PHONE)
    visitor.open()
    expect(visitor.chat.locator("#text")).to_be_visible()
    box = visitor.page.locator("iframe").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 360, "height": 720}
    visitor.write("w" * 300)
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible()
    assert visitor.chat.locator("html").evaluate("node => node.scrollWidth <= innerWidth")


def test_only_the_named_sites_may_frame_it(stage: Stage) -> None:
    olivia = stage.agent("Olivia")
    olivia.goto(f"{stage.url}/settings/inboxes")
    olivia.get_by_label("Sites that may show it").fill("https://shop.example\nhttps://*.shop.example")
    olivia.get_by_label("Greeting in English").fill("Good day!")
    olivia.get_by_label("Colour").fill("#7a1fa2")
    olivia.get_by_role("button", name="Save").click()
    expect(olivia.get_by_text("Saved.")).to_be_visible()
    page = stage.page()
    answer = page.goto(f"{stage.url}/widget/{stage.key}")
    assert answer
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://shop.example https://*.shop.example" in policy
    expect(page.locator(".log")).to_contain_text("Good day!")
    expect(page.locator("header.top")).to_have_css("background-color", "rgb(122, 31, 162)")


def test_a_wrong_origin_is_refused_and_nothing_is_lost(stage: Stage) -> None:
    olivia = stage.agent("Olivia")
    olivia.goto(f"{stage.url}/settings/inboxes")
    olivia.get_by_label("Name").fill("Renamed")
    olivia.get_by_label("Sites that may show it").fill("not an origin")
    olivia.get_by_role("button", name="Save").click()
    expect(olivia.get_by_role("alert")).to_contain_text("is not the address of a site")
    expect(olivia.get_by_label("Name")).to_have_value("Renamed")
    stage.problems[:] = [problem for problem in stage.problems if "422" not in problem]


def test_both_languages(stage: Stage) -> None:
    visitor = stage.visitor(locale="zh-CN")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("茶，来自云起之处")
    visitor.open(label="打开聊天")
    expect(visitor.chat.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(visitor.chat.locator("#text")).to_have_attribute("placeholder", "输入消息…")
    visitor.write("你好，请问在吗？")
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_have_text("已发送")
    line_height = visitor.chat.locator(".mine .prose").evaluate(
        "node => parseFloat(getComputedStyle(node).lineHeight) / parseFloat(getComputedStyle(node).fontSize)"
    )
    assert 1.6 <= line_height <= 1.7
    assert re.search("[一-鿿]", visitor.chat.locator("header").inner_text())
