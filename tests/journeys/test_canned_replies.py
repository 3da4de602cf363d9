"""Canned replies by keyboard alone: opened by `/`, narrowed down by typing, filled in, still to be sent by hand."""

import json

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage
from tests.journeys.test_labels import check_accessible

PUBLISH = """async ([key, body]) => {
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const ask = (method, path, said) =>
    fetch(`/api/v1/definitions/canned_reply/${key}/${path}`, { method, headers, body: JSON.stringify(said) });
  const { draft } = await (await ask("PUT", "draft", { body, revision: 0 })).json();
  return (await ask("POST", "publish", { revision: draft.revision })).status;
}"""


def publish(page: Page, key: str, **texts: str) -> None:
    assert page.evaluate(PUBLISH, [key, json.loads(json.dumps({"name": key.title(), "texts": texts}))]) == 200


def test_a_reply_is_picked_by_keyboard(stage: Stage) -> None:
    boss, amy, visitor = stage.agent("Olivia"), stage.agent("Amy"), stage.visitor()
    publish(boss, "hello", en="Hello {{contact.name|there}}, this is {{agent.name}}.", zh="您好，我是{{agent.name}}。")
    publish(boss, "hours", en="We are here from nine to five.")
    visitor.open()
    visitor.write("hi")
    amy.locator("button.row").first.click()
    box = amy.locator("#draft")
    amy.locator(".log").focus()
    amy.keyboard.press("/")
    expect(amy.locator(".picker li")).to_have_count(2)
    check_accessible(stage, amy)
    amy.keyboard.type("ho")
    expect(amy.locator(".picker li")).to_have_count(1)
    amy.keyboard.press("Backspace")
    amy.keyboard.press("ArrowDown")
    expect(amy.locator(".picker [aria-selected=true]")).to_contain_text("/hours")
    amy.keyboard.press("ArrowUp")
    amy.keyboard.press("Tab")
    expect(box).to_have_value("Hello there, this is Amy.")
    expect(box).to_be_focused()
    expect(amy.locator(".answer")).to_have_count(0)
    amy.keyboard.type(" Welcome!")
    amy.keyboard.press("Enter")
    expect(visitor.chat.locator(".log")).to_contain_text("Hello there, this is Amy. Welcome!")
    amy.keyboard.type("/hours")
    amy.keyboard.press("Enter")
    expect(box).to_have_value("We are here from nine to five.")
    box.fill("/nothing")
    expect(amy.locator(".picker")).to_be_hidden()
    amy.keyboard.press("Enter")
    expect(amy.locator(".log")).to_contain_text("/nothing")
