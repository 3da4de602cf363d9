"""apply(events, stale state) == fresh state, in the browser, with the events of a real conversation."""

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.stage import Stage

# Every prefix as the stale state, all events again on top (repeats), and both orders of the two streams.
THREAD = """async (events) => {
  const { apply, emptyThread } = await import("/static/yunke/conversation.js");
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const fresh = apply(events, emptyThread());
  const wrong = [];
  for (let at = 0; at <= events.length; at += 1) {
    const stale = apply(events.slice(0, at), emptyThread());
    if (!same(apply(events.slice(at), stale), fresh)) wrong.push(`after ${at}`);
    if (!same(apply(events, stale), fresh)) wrong.push(`repeated after ${at}`);
  }
  const staff = events.filter((event) => event.topic.startsWith("staff:"));
  const open = events.filter((event) => !event.topic.startsWith("staff:"));
  for (const order of [[...staff, ...open], [...open, ...staff]]) {
    if (!same(apply(order, emptyThread()), fresh)) wrong.push("order of streams");
  }
  return { wrong, items: fresh.items.length, power: same(apply(events.slice(1), emptyThread()), fresh) };
}"""

# The list as it was loaded plus the desk's events, against the list as it is loaded now.
ROWS = """async ([before, events, after]) => {
  const { applyDesk, emptyRows, loaded } = await import("/static/yunke/desk/rows.js");
  const bare = ({ base, newer, position, ...row }) => row;
  const fresh = Object.fromEntries(after.results.map((row) => [row.id, row]));
  const stale = loaded(before, "open", emptyRows());
  const results = [];
  for (let at = 0; at <= events.length; at += 1) {
    const half = applyDesk(events.slice(0, at), stale).state;
    const { state, missing } = applyDesk(events, half);
    results.push([missing, Object.values(state.rows).map((row) => [bare(row), fresh[row.id]])]);
  }
  return results;
}"""

# A conversation that was not known yet: its answer is as old as the first event, and all others came before it.
FOUND = """async ([found, events, after]) => {
  const { applyDesk, emptyRows, merged } = await import("/static/yunke/desk/rows.js");
  const bare = ({ base, newer, position, ...row }) => row;
  const half = applyDesk(events.slice(0, 3), emptyRows());
  const { state, missing } = applyDesk(events.slice(3), half.state);
  const known = merged(found, state);
  return [half.missing, missing, Object.keys(known.early), bare(known.rows[found.id]), after.results[0]];
}"""


def _desk_events(page: Page) -> list[dict[str, Any]]:
    """Collect what the page's socket is sent from now on."""
    events: list[dict[str, Any]] = []

    def hear(payload: str | bytes) -> None:
        frame = json.loads(payload)
        if frame["type"] == "event":
            events.append(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", hear))
    return events


def _list(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("fetch('/api/v1/conversations').then((answer) => answer.json())")
    return found


def test_stale_state_and_events_make_fresh_state(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("one")
    expect(amy.locator("button.row")).to_contain_text("one")
    before = _list(amy)
    events = _desk_events(amy)
    amy.reload()
    amy.locator("button.row").click()
    amy.get_by_role("button", name="Take", exact=True).click()
    visitor.write("two")
    amy.locator("#draft").fill("three")
    amy.keyboard.press("Enter")
    amy.keyboard.press("Escape")
    amy.keyboard.press("n")
    amy.locator("#draft").fill("four")
    amy.keyboard.press("Enter")
    expect(amy.locator(".note")).to_have_count(1)
    expect(amy.locator(".answer [data-state=read]")).to_be_visible()
    amy.get_by_role("button", name="Resolve", exact=True).click()
    expect(amy.locator(".status")).to_have_attribute("data-state", "resolved")
    visitor.write("five")
    expect(amy.locator(".status")).to_have_attribute("data-state", "open")
    amy.locator("button.row .count").wait_for(state="detached")
    amy.wait_for_timeout(1_500)  # read marks are written at most once a second

    threads = [event for event in events if event["topic"] != "desk"]
    threads.sort(key=lambda event: event["position"])
    told = amy.evaluate(THREAD, threads)
    assert told["wrong"] == []
    assert told["items"] >= 8
    assert told["power"] is False, "leaving an event out must show"

    desk = [event for event in events if event["topic"] == "desk"]
    assert len(desk) >= 8
    for missing, rows in amy.evaluate(ROWS, [before, desk, _list(amy)]):
        assert missing == []
        for row, fresh in rows:
            assert row == fresh

    (known,) = before["results"]
    first, second, left, row, fresh = amy.evaluate(FOUND, [known, desk, _list(amy)])
    assert (first, second, left) == ([known["id"]], [known["id"]], [])
    assert row == fresh
