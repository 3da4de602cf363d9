"""A customer looks at their ticket on a phone: it is read, it has no barrier, and news are there by themselves."""

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge

CALL = """async ([method, path, body]) => {
    const token = document.querySelector("meta[name=csrf-token]").content;
    const headers = { "X-CSRFToken": token, "Content-Type": "application/json" };
    const answer = await fetch(`/api/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    return answer.json();
}"""

FIRST_CONTACT = """async () => {
    for (;;) {
        const { results } = await (await fetch("/api/v1/contacts?limit=1")).json();
        if (results.length) return results[0];
        await new Promise((again) => setTimeout(again, 100));
    }
}"""


def ask(agent: Page, method: str, path: str, **body: object) -> dict[str, str]:
    told: dict[str, str] = agent.evaluate(CALL, [method, path, body])
    return told


def open_ticket(stage: Stage, agent: Page) -> tuple[str, str]:
    """Let a visitor's ticket be opened and told; answer its id and its customer's link."""
    visitor = stage.visitor()
    visitor.open()
    visitor.write("My parcel came open")
    row = agent.evaluate(FIRST_CONTACT)
    said = {
        "title": "Parcel came open 包裹破损",
        "text": "Half of it is gone.",
        "contact": row["id"],
        "priority": "high",
    }
    ticket = ask(agent, "POST", "tickets", **said)["id"]
    ask(agent, "POST", f"tickets/{ticket}/comments", text="Which half?\nPlease send a picture.")
    ask(agent, "PATCH", f"tickets/{ticket}", status="pending")
    return ticket, ask(agent, "POST", f"tickets/{ticket}/link")["url"]


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_a_customer_follows_their_ticket(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    agent = stage.agent("Amy")
    ticket, url = open_ticket(stage, agent)
    page = stage.page(locale=locale, viewport=viewport)
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("包裹破损")
    expect(page.locator(".asked")).to_contain_text("Which half?")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is beside the screen"
    ours = list(stage.problems)
    found = judge(page, "the ticket")
    stage.problems[:] = ours
    assert found == []
    page.locator("textarea").fill("The left one")
    page.locator("button[value=answer]").click()
    expect(page.locator("li.own")).to_contain_text("The left one")
    expect(page.locator(".status.open")).to_be_visible()
    ask(agent, "PATCH", f"tickets/{ticket}", status="solved")
    expect(page.locator("button[value=confirm]")).to_be_visible(timeout=20_000)
    page.locator("button[value=confirm]").click()
    expect(page.locator(".status.closed")).to_be_visible()
