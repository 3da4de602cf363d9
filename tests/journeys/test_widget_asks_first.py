"""What an inbox asks before the first message: filled in, refused at the field, kept over a reload, shown to agents."""

from typing import Any, Final

from playwright.sync_api import Page, expect

from tests.journeys.stage import PHONE, Stage
from tests.journeys.test_settings_are_accessible import AXE, RUN, TAGS

FORM: Final[list[dict[str, Any]]] = [
    {"key": "email", "labels": {"en": "Your e-mail", "zh": "您的邮箱"}, "type": "email", "required": True},
    {"key": "order", "labels": {"en": "Order number", "zh": "订单号"}, "type": "number"},
    {
        "key": "topic",
        "labels": {"en": "It is about", "zh": "咨询内容"},
        "type": "choice",
        "required": True,
        "choices": [
            {"key": "tea", "labels": {"en": "Our tea", "zh": "茶叶"}},
            {"key": "delivery", "labels": {"en": "Delivery", "zh": "配送"}},
        ],
    },
]
CHANGE: Final = """async ([inbox, changes]) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const say = (method, path, body) => fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  if (changes.calendar) {
    const never = { name: "Never", time_zone: "UTC" };
    await say("PUT", "/definitions/calendar/never/draft", { body: never, revision: 0 });
    await say("POST", "/definitions/calendar/never/publish", { revision: 1 });
  }
  const answer = await say("PATCH", `/inboxes/${inbox}`, changes);
  if (!answer.ok) throw new Error(await answer.text());
}"""


def change_inbox(stage: Stage, **changes: object) -> Page:
    olivia = stage.agent("Olivia")
    olivia.evaluate(CHANGE, [stage.key, changes])
    return olivia


def test_a_visitor_answers_what_is_asked_and_the_agent_sees_it(stage: Stage) -> None:
    olivia = change_inbox(stage, form=FORM)
    visitor = stage.visitor(viewport=PHONE)
    visitor.open()
    chat = visitor.chat
    expect(chat.get_by_label("Your e-mail")).to_have_attribute("required", "")
    expect(chat.get_by_label("Order number")).not_to_have_attribute("required", "")
    expect(chat.locator("#ask")).to_contain_text("(optional)")
    chat.get_by_label("Your e-mail").fill("mei@")
    visitor.write("Where is my parcel?")

    wrong = chat.get_by_label("Your e-mail")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(chat.locator("#ask-email-wrong")).to_contain_text("Enter an e-mail address")
    expect(chat.locator("#ask-topic-wrong")).to_have_text("Please fill this in")
    expect(chat.locator("#ask-order-wrong")).to_be_hidden()
    expect(chat.locator("#text")).to_have_value("Where is my parcel?")
    expect(chat.locator(".mine")).to_have_count(0)
    assert chat.locator("html").evaluate("node => node.scrollWidth <= innerWidth")
    frame = visitor.page.frames[-1]
    frame.evaluate(AXE)
    assert frame.evaluate(RUN, TAGS) == []
    wrong.fill("mei@example.com")
    expect(chat.locator("#ask-email-wrong")).to_be_hidden()

    visitor.page.reload()
    visitor.open()
    expect(chat.get_by_label("Your e-mail")).to_have_value("mei@example.com")
    expect(chat.locator("#text")).to_have_value("Where is my parcel?")
    chat.get_by_label("It is about").select_option("delivery")
    chat.locator("#text").press("Enter")
    expect(chat.locator(".mine [data-state=sent]")).to_be_visible()
    expect(chat.locator("#ask")).to_be_hidden()
    visitor.page.reload()
    visitor.open()
    expect(chat.locator(".mine")).to_have_count(1)
    expect(chat.locator("#ask")).to_be_hidden()

    olivia.locator("button.row", has_text="Where is my parcel?").click()
    told = olivia.locator(".introduction")
    expect(told).to_contain_text("mei@example.com")
    expect(told).to_contain_text("It is about")
    expect(told).to_contain_text("Delivery")
    expect(told).not_to_contain_text("Order number")
    stage.problems[:] = [problem for problem in stage.problems if "422" not in problem]


def test_who_writes_in_chinese_is_asked_in_chinese_and_told_of_the_hours(stage: Stage) -> None:
    ben = stage.agent("Ben", locale="zh-CN")
    closed = {"en": "Closed now.", "zh": "现在休息，明早九点见。"}
    change_inbox(stage, form=FORM[:2], calendar="never", outside_hours=closed)
    visitor = stage.visitor(locale="zh-CN")
    visitor.open(label="打开聊天")
    expect(visitor.chat.locator(".closed")).to_have_text("现在休息，明早九点见。")
    expect(visitor.chat.get_by_label("您的邮箱")).to_be_focused()
    visitor.page.keyboard.type("mei@example.com")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.type("12")
    visitor.page.keyboard.press("Enter")
    visitor.page.keyboard.type("订单什么时候到？")
    visitor.page.keyboard.press("Enter")
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible()
    ben.locator("button.row", has_text="订单什么时候到").click()
    expect(ben.locator(".introduction")).to_contain_text("订单号")
    expect(ben.locator(".introduction")).to_contain_text("12")


def test_a_form_that_changed_meanwhile_is_asked_anew_and_nothing_is_lost(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    expect(visitor.chat.locator("#text")).to_be_focused()
    change_inbox(stage, form=FORM[:1])
    stage.may_be_away = True  # the page that is left may have been connecting
    visitor.write("Are you there?")
    expect(visitor.chat.get_by_label("Your e-mail")).to_be_visible()
    expect(visitor.chat.locator("#text")).to_have_value("Are you there?")
    visitor.chat.get_by_label("Your e-mail").fill("mei@example.com")
    visitor.chat.locator("#text").press("Enter")
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_be_visible()
    stage.problems[:] = [problem for problem in stage.problems if "422" not in problem]
