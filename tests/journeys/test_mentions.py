"""A colleague is named in a note by keyboard, is told at once, and finds it until it is read; a visitor never hears."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_labels import check_accessible

# Every prefix as the stale state and all events again on top: the same as at once.
MENTIONS = """async () => {
  const { applyMentions } = await import("/static/yunke/desk/mentions.js");
  const note = (position, mentions, sender = "amy") => {
    const body = { name: "Amy", text: `note ${position}`, mentions };
    return { kind: "note.posted.v1", conversation: "c", seq: position, position, at: "x", sender, body };
  };
  const other = { kind: "message.posted.v1", body: {} };
  const events = [note(1, ["me"]), note(2, []), note(3, ["me", "ben"]), note(4, ["me"], "me"), other];
  const after = (news, state) => applyMentions(news, "me", state);
  const fresh = after(events, []);
  const told = JSON.stringify(fresh);
  const same = events.every((_, at) => JSON.stringify(after(events, after(events.slice(0, at), []))) === told);
  const erased = applyMentions([{ kind: "contact.erased.v1", conversation: "c" }], "me", fresh);
  return [fresh.map(({ position }) => position), same, erased.map(({ text }) => text)];
}"""


def test_a_colleague_is_named(stage: Stage) -> None:
    amy, ben, visitor = stage.agent("Amy"), stage.agent("Ben", locale="zh-CN"), stage.visitor()
    visitor.open()
    visitor.write("My invoice is wrong")
    amy.locator("button.row").first.click()
    amy.locator(".log").focus()
    amy.keyboard.press("n")
    amy.keyboard.type("Look at this, @Ben")
    expect(amy.locator(".picker li")).to_have_count(1)
    amy.keyboard.press("Enter")
    expect(amy.locator("#draft")).to_have_value("Look at this, @Ben ")
    amy.keyboard.type("please")
    amy.keyboard.press("Enter")
    expect(ben.locator(".toast")).to_contain_text("Amy 在备注中提到了您")
    expect(ben.locator(".mentions-of-me")).to_have_text("@1")
    ben.reload()
    expect(ben.locator(".mentions-of-me")).to_have_text("@1")
    ben.locator("body").press("m")
    expect(ben.get_by_role("dialog")).to_contain_text("Look at this, @Ben please")
    check_accessible(stage, ben)
    ben.get_by_role("dialog").get_by_role("button", name="Look at this").click()
    expect(ben.locator(".note.names-me")).to_be_visible()
    expect(ben.locator(".mentions-of-me")).to_have_text("@")
    expect(amy.locator(".mentions-of-me")).to_have_text("@")
    ben.reload()
    expect(ben.locator(".note.names-me")).to_be_visible()
    expect(ben.locator(".mentions-of-me")).to_have_text("@")
    check_accessible(stage, ben)
    assert not any("invoice" not in frame and "mentions" in frame for frame in visitor.frames)
    assert "Look at this" not in visitor.received()


def test_mentions_of_a_stale_state_are_the_fresh_ones(stage: Stage) -> None:
    assert stage.agent("Amy").evaluate(MENTIONS) == [[3, 1], True, ["", ""]]
