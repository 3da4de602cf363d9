"""A colleague is invited, comes by keyboard, answers besides, and leaves again; the first keeps the conversation."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage

# Every prefix as the stale state, and all events again on top.
COMPANY = """async () => {
  const { apply, emptyThread } = await import("/static/yunke/conversation.js");
  const { applyInvited, companyOf } = await import("/static/yunke/desk/conference.js");
  const kinds = [
    ["assigned", { to: "a", name: "Amy" }], ["invited", { to: "b", name: "Ben", by: "a", words: "" }],
    ["joined", { member: "b", name: "Ben" }], ["invited", { to: "c", name: "Cem", by: "a", words: "" }],
    ["invitation_declined", { by: "c" }], ["left", { member: "b" }],
    ["invited", { to: "c", name: "Cem", by: "a", words: "" }],
    ["invited", { to: "b", name: "Ben", by: "a", words: "x" }], ["assigned", { to: "b", name: "Ben" }],
  ];
  const events = kinds.map(([kind, body], at) => ({ topic: "staff:1", seq: at + 1, position: at + 1, conversation: "1",
    kind: `conversation.${kind}.v1`, at: new Date(at).toISOString(), body }));
  const said = (state) => JSON.stringify([...companyOf(state)]);
  const fresh = [said(apply(events, emptyThread())), JSON.stringify([...applyInvited(events, "c", new Map())])];
  const wrong = [];
  for (let at = 0; at <= events.length; at += 1) {
    const stale = apply(events.slice(0, at), emptyThread());
    const invited = applyInvited(events.slice(0, at), "c", new Map());
    const now = [said(apply(events, stale)), JSON.stringify([...applyInvited(events.slice(at), "c", invited)])];
    if (JSON.stringify(now) !== JSON.stringify(fresh)) wrong.push([at, now]);
  }
  return { wrong, fresh };
}"""


def test_a_colleague_joins_by_keyboard_and_leaves_again(stage: Stage) -> None:
    amy, ben = stage.agent("Amy"), stage.agent("Ben", locale="zh-CN")
    visitor = stage.visitor()
    visitor.open()
    visitor.write("The invoice is wrong")
    amy.locator("button.row", has_text="The invoice is wrong").click()
    amy.keyboard.press("t")
    expect(amy.get_by_role("button", name="Take")).to_be_hidden()
    amy.keyboard.press("i")
    expect(amy.get_by_role("heading", name="Invite a colleague")).to_be_visible()
    amy.keyboard.type("ben")
    amy.keyboard.press("Enter")
    amy.keyboard.type("You know the tax rules")
    amy.keyboard.press("Control+Enter")
    expect(amy.locator(".company")).to_have_text("Invited: BenLeave")

    expect(ben.locator(".offers .offer")).to_contain_text("You know the tax rules")
    ben.reload()
    expect(ben.locator(".offers .offer")).to_contain_text("The invoice is wrong")
    ben.keyboard.press("y")
    expect(ben.locator(".offers")).to_be_hidden()
    expect(ben.locator(".company")).to_contain_text("协同：Ben")
    expect(amy.locator(".company")).to_contain_text("With Ben")
    ben.locator("#draft").fill("I have corrected it.")
    ben.keyboard.press("Enter")
    expect(amy.locator(".log")).to_contain_text("I have corrected it.")  # else she is asked before answering on top
    amy.locator("#draft").fill("Thank you, Ben.")
    amy.keyboard.press("Enter")
    for who in ("Ben", "Amy"):
        expect(visitor.chat.locator("#messages .name", has_text=who)).to_be_visible()
    expect(amy.locator(".head select")).to_have_value(
        amy.evaluate("fetch('/api/v1/me').then((a) => a.json()).then((m) => m.person.id)")
    )
    ben.get_by_role("button", name="退出").click()
    expect(amy.locator(".company")).to_be_hidden()
    expect(amy.locator(".log")).to_contain_text("Ben left")
    assert "tax rules" not in visitor.received()


def test_who_is_there_is_what_the_log_says_however_much_of_it_was_known(stage: Stage) -> None:
    told = stage.agent("Amy").evaluate(COMPANY)
    assert told["wrong"] == []
    assert told["fresh"] == ['[["c",{"name":"Cem","there":false}]]', '[["1",{"by":"a","words":""}]]']
