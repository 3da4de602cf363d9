"""The agents' states on the desk: chosen by keyboard, seen by colleagues, kept over a reload, in both languages."""

from typing import Final

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

DEFINE: Final = """async () => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const say = async (method, path, body) => {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    const said = { method, headers, body: JSON.stringify(body) };
    const answer = await fetch(`/api/v1/definitions/presence_reason/${path}`, said);
    if (!answer.ok) throw new Error(await answer.text());
  };
  const reasons = [["lunch", "Lunch", "午餐", ["away"]], ["training", "Training", "培训", ["busy", "away"]]];
  for (const [key, name, zh, states] of reasons) {
    await say("PUT", `${key}/draft`, { body: { name, names: { zh }, states }, revision: 0 });
    await say("POST", `${key}/publish`, { revision: 1 });
  }
}"""


def button(page: Page) -> str:
    """Answer what the button with one's own state is called."""
    return page.locator("button.presence").get_attribute("aria-label") or ""


def seen(page: Page, name: str) -> str:
    """Open the menu, answer what it says of a colleague, and close it."""
    page.locator("button.presence").click()
    text = page.locator(".colleagues li", has_text=name).locator(".state").inner_text()
    page.keyboard.press("Escape")
    return text


def test_states_are_chosen_by_keyboard_and_seen_by_colleagues(stage: Stage) -> None:
    olivia = stage.agent("Olivia")
    olivia.evaluate(DEFINE)
    amy, ben = stage.agent("Amy"), stage.agent("Ben", locale="zh-CN")
    expect(amy.locator("button.presence")).to_have_attribute("aria-label", "Your state: Online")
    ben.locator("button.presence").click()
    row = ben.locator(".colleagues li", has_text="Amy").locator(".state")
    expect(row).to_contain_text("在线")

    amy.locator("button.presence").focus()
    amy.keyboard.press("Enter")
    expect(amy.locator(".choices [aria-pressed=true]")).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"):  # busy, for training; away, for lunch
        amy.keyboard.press(key)
    expect(amy.locator(".choices button.reason", has_text="Lunch")).to_be_focused()
    amy.keyboard.press("Enter")
    expect(amy.locator("button.presence")).to_have_attribute("aria-label", "Your state: Away · Lunch")
    expect(amy.locator("button.presence")).to_be_focused()
    expect(row).to_contain_text("离开 · 午餐")

    amy.reload()
    expect(amy.locator("button.presence")).to_have_attribute("aria-label", "Your state: Away · Lunch")
    expect(row).to_contain_text("离开 · 午餐")
    amy.keyboard.press("Control+k")
    amy.get_by_role("combobox").fill("wrap")
    amy.keyboard.press("Enter")
    expect(row).to_contain_text("话后处理")
    amy.close()
    expect(row).to_have_text("离线", timeout=40_000)
    assert "离线" not in button(ben)
    assert seen(olivia, "Ben").startswith("Online")


def test_two_tabs_show_one_state(stage: Stage) -> None:
    amy = stage.agent("Amy")
    tab = amy.context.new_page()
    tab.goto(stage.url)
    tab.locator("button.presence").click()
    tab.get_by_role("button", name="Busy", exact=True).click()
    for page in (amy, tab):
        expect(page.locator("button.presence")).to_have_attribute("aria-label", "Your state: Busy")
        expect(page.locator("button.presence .dot")).to_have_attribute("data-state", "busy")


def test_a_supervisor_sets_a_colleagues_state_who_sees_who_did(stage: Stage) -> None:
    olivia, amy = stage.agent("Olivia"), stage.agent("Amy", locale="zh-CN")
    olivia.locator("button.presence").click()
    expect(olivia.locator(".colleagues li", has_text="Amy").locator(".state")).to_contain_text("Online")
    olivia.get_by_label("State of Amy").select_option("away")
    expect(amy.locator(".toasts")).to_contain_text("Olivia 将您的状态设为“离开”")
    expect(amy.locator("button.presence")).to_contain_text("离开")
    amy.locator("button.presence").click()
    expect(amy.locator(".colleagues select")).to_have_count(0)
