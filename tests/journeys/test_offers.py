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


# What REST answered at each moment, and the events since: whatever was known, the same is offered in the end.
OFFERS = """async () => {
  const { applyOffers, loadedOffers } = await import("/static/yunke/desk/offers.js");
  const said = [
    ["offered", "1", { to: "me", until: "2026-03-02T09:00:30Z" }],
    ["offered", "2", { to: "other", until: "2026-03-02T09:00:31Z" }],
    ["offer_lapsed", "1", { to: "me" }], ["offered", "2", { to: "me", until: "2026-03-02T09:01:00Z" }],
    ["offered", "3", { to: "me", until: "2026-03-02T09:01:10Z" }], ["assigned", "3", { to: "other" }],
    ["offered", "4", { to: "me", until: "2026-03-02T09:01:20Z" }], ["queued", "4", {}],
    ["offered", "5", { to: "me", until: "2026-03-02T09:01:30Z" }], ["resolved", "5", {}],
    ["offered", "6", { to: "me", until: "2026-03-02T09:01:40Z" }],
  ];
  const events = said.map(([kind, conversation, body]) => ({ kind: `conversation.${kind}.v1`, conversation, body }));
  const plain = (offers) => JSON.stringify([...offers].sort());
  const loaded = (offers) =>
    loadedOffers({ results: [...offers].map(([conversation, { until }]) => ({ conversation, until })) });
  const fresh = plain(applyOffers(events, "me", new Map()));
  const wrong = [];
  for (let at = 0; at <= events.length; at += 1) {
    const stale = loaded(applyOffers(events.slice(0, at), "me", new Map()));
    if (plain(applyOffers(events.slice(at), "me", stale)) !== fresh) wrong.push(`after ${at}`);
    if (plain(applyOffers(events, "me", stale)) !== fresh) wrong.push(`repeated after ${at}`);
  }
  return { wrong, fresh: JSON.parse(fresh).map(([id]) => id) };
}"""


def test_what_is_offered_is_the_same_however_much_was_known(stage: Stage) -> None:
    assert stage.agent("Amy").evaluate(OFFERS) == {"wrong": [], "fresh": ["2", "6"]}
