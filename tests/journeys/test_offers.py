"""A conversation is offered on the agent page: accepted by keyboard, declined by pointer, in both languages."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

DEFINE: Final = """async ([inbox, queue]) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const say = async (method, path, body) => {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  await say("PUT", "/definitions/queue/help/draft", { body: { name: "Help", offer_s: 300, ...queue }, revision: 0 });
  await say("POST", "/definitions/queue/help/publish", { revision: 1 });
  await say("PATCH", `/inboxes/${inbox}`, { queue: "help" });
  await say("PUT", "/me/presence", { state: "busy" });
}"""


def open_queue(stage: Stage, **queue: object) -> Page:
    """Let the owner open a queue, and be too busy to serve it."""
    olivia = stage.agent("Olivia")
    olivia.evaluate(DEFINE, [stage.key, queue])
    return olivia


def ask(stage: Stage, text: str) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write(text)


def test_an_offer_is_accepted_by_keyboard(stage: Stage) -> None:
    olivia = open_queue(stage)
    amy = stage.agent("Amy")
    ask(stage, "Where is my order?")
    offer = amy.locator(".offers .offer")
    expect(offer).to_contain_text("Where is my order?")
    expect(offer.locator(".left")).to_contain_text("s left")
    expect(amy.locator(".offers [role=status]")).to_contain_text("Offered to you: Visitor")
    expect(olivia.locator(".offers")).to_be_hidden()
    amy.keyboard.press("y")
    expect(offer).to_have_count(0)
    expect(amy.locator(".head h2")).to_contain_text("Visitor")
    expect(amy.locator(".head select")).to_have_value(
        amy.evaluate("fetch('/api/v1/me').then((a) => a.json()).then((m) => m.person.id)")
    )
    expect(amy.locator(".log")).to_contain_text("Assigned to Amy")


def test_what_is_declined_is_offered_to_a_colleague_in_their_language(stage: Stage) -> None:
    open_queue(stage, members=[])
    ben = stage.agent("Ben", locale="zh-CN")
    ask(stage, "你好，请问营业时间？")
    expect(ben.locator(".offers .offer")).to_contain_text("你好，请问营业时间？")
    expect(ben.locator(".offers .left")).to_contain_text("剩余")
    amy = stage.agent("Amy")
    ben.get_by_role("button", name="谢绝").click()
    expect(ben.locator(".offers")).to_be_hidden()
    expect(amy.locator(".offers .offer")).to_contain_text("你好")
    amy.reload()
    amy.get_by_role("button", name="Accept").click()
    expect(amy.locator(".offers")).to_be_hidden()
    expect(amy.locator(".log")).to_contain_text("Assigned to Amy")


def test_a_visitor_is_told_how_it_stands(stage: Stage) -> None:
    open_queue(stage)
    visitor = stage.visitor(locale="zh-CN")
    visitor.open(label="打开聊天")
    visitor.write("在吗？")
    line = visitor.chat.locator("#line")
    expect(line).to_contain_text("客服目前都在忙", timeout=20_000)
    amy = stage.agent("Amy")
    expect(line).to_contain_text("您排在第 1 位", timeout=20_000)
    amy.get_by_role("button", name="Accept").click()
    expect(line).to_have_text("", timeout=20_000)
