"""Two visitors turn out to be one: proposed at the desk, merged and taken back there, and nobody is sent away by it."""

from typing import Literal

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage
from tests.journeys.test_settings_are_accessible import AXE, RUN, TAGS

KNOW = """async ([text, kind, value]) => {
  const { results } = await (await fetch("/api/v1/conversations")).json();
  const { contact } = results.find((row) => row.last_text === text);
  const token = document.querySelector("meta[name=csrf-token]").content;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const body = JSON.stringify({ kind, value });
  return (await fetch(`/api/v1/contacts/${contact.id}/identities`, { method: "POST", headers, body })).status;
}"""
FRESH = """async (before) => {
  const { applyDesk, emptyRows, loaded } = await import("/static/yunke/desk/rows.js");
  const bare = ({ base, newer, position, ...row }) => row;
  const after = await (await fetch("/api/v1/conversations")).json();
  const events = (await (await fetch(`/api/v1/events?after=${before.position}&limit=200`)).json()).results;
  const desk = events.map((event) => ({ ...event, conversation: event.conversation ?? undefined }));
  const { state } = applyDesk(desk, loaded(before, "open", emptyRows()));
  return after.results.map((row) => [bare(state.rows[row.id]), row]);
}"""


def _list(page: Page) -> object:
    return page.evaluate("fetch('/api/v1/conversations').then((answer) => answer.json())")


def _rows_are_fresh(page: Page, before: object) -> None:
    for row, fresh in page.evaluate(FRESH, before):
        assert row == fresh


def test_two_are_merged_and_parted_again(stage: Stage) -> None:
    first, second = stage.visitor(), stage.visitor()
    for visitor, text in ((first, "from my phone"), (second, "from my computer")):
        visitor.open()
        visitor.write(text)
        expect(visitor.chat.locator(".mine [data-state=sent]").last).to_be_visible()
    amy = stage.agent("Amy")
    names = [amy.locator("button.row", has_text=text).locator(".who").inner_text() for text in ("phone", "computer")]
    assert names[0] != names[1]
    for text in ("from my phone", "from my computer"):
        assert amy.evaluate(KNOW, [text, "email", "lei@shop.example"]) == 201
    amy.locator("button.row", has_text="from my computer").click()
    people = amy.locator(".people")
    expect(people).to_contain_text("lei@shop.example")
    expect(people).to_contain_text("same: E-mail lei@shop.example")
    people.get_by_role("button", name="Verify lei@shop.example").click()
    expect(people.locator("[data-verified=true]")).to_have_text("Verified")

    before = _list(amy)
    people.get_by_role("button", name=f"Merge with {names[0]}").click()
    expect(amy.locator("button.row .who")).to_have_text([names[0]] * 2)
    expect(people.get_by_role("region", name="Merged into this contact")).to_contain_text(names[1])
    _rows_are_fresh(amy, before)
    _check(stage, amy)
    for visitor in (first, second):
        visitor.write("still here")
        expect(visitor.chat.locator(".mine").last).to_contain_text("still here")
    expect(amy.locator("button.row .last")).to_have_text(["still here"] * 2)

    before = _list(amy)
    people.get_by_role("button", name=f"Undo the merge of {names[1]}").click()
    for text, name in (("phone", names[0]), ("computer", names[1])):
        row = amy.locator("button.row").filter(has=amy.get_by_text(name, exact=True))
        expect(row, text).to_have_count(1)
    _rows_are_fresh(amy, before)
    people.get_by_role("button", name=f"{names[0]} is not the same").click()
    expect(people.get_by_role("region", name="Perhaps the same person")).to_have_count(0)
    for visitor, other in ((first, "computer"), (second, "phone")):
        received = visitor.received()
        assert f"from my {other}" not in received
        assert "lei@shop.example" not in received
        assert '"closing"' not in received, "nobody is sent away"


def _check(stage: Stage, page: Page) -> None:
    ours = list(stage.problems)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE)
        assert page.evaluate(RUN, TAGS) == [], scheme
    stage.problems[:] = ours  # what axe itself tries is no problem of the page's
