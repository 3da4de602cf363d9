"""Colleagues and tickets in a browser: opened out of a conversation, handled by keyboard, seen by another at once."""

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.journeys.stage import DESKTOP, PHONE, Stage
from tests.journeys.test_settings_are_accessible import judge


def _wait_for_keys(page: Page) -> None:
    expect(page.locator("main")).to_have_attribute("data-keys", "ready")


def test_a_ticket_out_of_a_conversation(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write("My parcel came open")
    amy = stage.agent("Amy")
    amy.locator(".rows li").first.click()
    amy.get_by_role("link", name="New ticket").click()
    expect(amy.get_by_text("Out of a conversation with")).to_be_visible()
    amy.get_by_label("What it is about").fill("The parcel came open")
    amy.keyboard.press("Enter")
    expect(amy.get_by_role("heading", level=1)).to_contain_text("The parcel came open")
    number = str(amy.locator("h1 .number").text_content())
    assert re.fullmatch(r"[A-Z0-9]+-1", number)
    amy.get_by_label("Answer, or a note").fill("We look into it.")
    amy.get_by_role("button", name="Send to the customer").click()
    expect(amy.locator(".events .said")).to_contain_text("We look into it.")
    amy.get_by_role("button", name="Link for the customer").click()
    address = str(amy.locator("code.code").text_content())

    customer = stage.page()
    customer.goto(address)
    expect(customer.get_by_text("We look into it.")).to_be_visible()
    customer.get_by_label("Your answer").fill("Thank you")
    customer.get_by_role("button", name="Send").click()
    expect(amy.locator(".events .own")).to_contain_text("Thank you")
    amy.get_by_role("link", name="Conversation").click()
    expect(amy.locator(".thread")).to_contain_text("My parcel came open")
    expect(amy.get_by_role("link", name=number)).to_be_visible()


def test_by_keyboard_and_seen_by_another(stage: Stage) -> None:
    amy, olivia = stage.agent("Amy"), stage.agent("Olivia")
    amy.goto(f"{stage.url}/tickets")
    _wait_for_keys(amy)
    amy.keyboard.press("n")
    expect(amy.get_by_label("What it is about")).to_be_focused()
    for title in ("One", "Two"):
        amy.goto(f"{stage.url}/tickets/new")
        expect(amy.get_by_label("What it is about")).to_be_focused()
        amy.keyboard.type(title)
        amy.keyboard.press("Enter")
        expect(amy.get_by_role("heading", level=1)).to_contain_text(title)
    olivia.goto(f"{stage.url}/tickets")
    expect(olivia.locator("[data-row]")).to_have_count(2)
    _wait_for_keys(olivia)
    olivia.keyboard.press("j")
    olivia.keyboard.press("j")
    olivia.keyboard.press("k")
    olivia.keyboard.press("Enter")
    expect(olivia.get_by_role("heading", level=1)).to_contain_text("Two")
    _wait_for_keys(olivia)
    olivia.keyboard.press("r")
    olivia.keyboard.type("among us")
    olivia.get_by_role("button", name="Note among colleagues").press("Enter")
    expect(amy.locator(".events .note")).to_contain_text("among us")
    olivia.get_by_label("Status").select_option("pending")
    olivia.get_by_label("Who has it").select_option(label="Amy")
    olivia.get_by_role("region", name="Where it stands").get_by_role("button", name="Save").click()
    expect(amy.locator("h1 + p")).to_contain_text("Pending")
    olivia.get_by_label("A new point").fill("Call the carrier")
    olivia.keyboard.press("Enter")
    olivia.get_by_role("button", name="Call the carrier", exact=True).click()
    expect(olivia.get_by_role("button", name="Call the carrier", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(amy.get_by_role("button", name="Call the carrier", exact=True)).to_have_attribute("aria-pressed", "true")
    amy.goto(f"{stage.url}/tickets?view=mine")
    expect(amy.locator("[data-row]")).to_have_count(1)


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_no_barrier(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    olivia = stage.agent("Olivia", locale=locale, viewport=viewport)
    olivia.goto(f"{stage.url}/tickets")
    ours = list(stage.problems)
    wrong = judge(olivia, "an empty list")
    olivia.goto(f"{stage.url}/tickets/new")
    wrong += judge(olivia, "a new one")
    olivia.locator("#title").fill("The parcel came open")
    olivia.locator("#title").press("Enter")
    expect(olivia.locator("h1")).to_contain_text("The parcel came open")
    olivia.locator("#say").fill("a note")
    olivia.locator("button[name=to]").click()
    olivia.locator("input[name=text]").fill("Call")
    olivia.locator("button[value=add_item]").click()
    expect(olivia.locator(".checklist li")).to_have_count(1)
    for more in olivia.locator("details.more summary").all():
        more.click()
    wrong += judge(olivia, "one", columns=viewport == DESKTOP)
    assert olivia.evaluate("document.documentElement.scrollWidth <= innerWidth")
    olivia.goto(f"{stage.url}/tickets")
    wrong += judge(olivia, "a list")
    assert olivia.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage.problems[:] = ours  # what axe itself tries is no problem of the page's
    assert wrong == []
