"""A supervisor looks on in silence, leaves a word for the agent, takes over; the visitor learns of the last alone."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage


def test_a_supervisor_looks_on_whispers_and_takes_over(stage: Stage) -> None:
    amy, olivia = stage.agent("Amy"), stage.agent("Olivia")
    visitor = stage.visitor()
    visitor.open()
    visitor.write("I want my money back")
    amy.locator("button.row", has_text="I want my money back").click()
    amy.keyboard.press("t")
    expect(visitor.chat.locator(".mine [data-state=read]")).to_be_visible()
    amy.keyboard.press("Escape")
    visitor.write("Hello?")
    with olivia.expect_response("**/watch") as told:
        olivia.locator("button.row", has_text="Hello?").click()
    assert told.value.status == 204
    expect(olivia.locator(".log")).to_contain_text("Hello?")
    olivia.keyboard.press("n")
    olivia.keyboard.type("Offer a voucher")
    olivia.keyboard.press("Enter")
    amy.locator("button.row", has_text="Hello?").wait_for()
    expect(visitor.chat.locator(".mine [data-state=sent]")).to_have_text("Sent")  # Olivia has read it in silence
    amy.locator("button.row", has_text="Hello?").click()
    expect(amy.locator(".note")).to_contain_text("Offer a voucher")
    expect(visitor.chat.locator(".mine [data-state=read]")).to_be_visible()
    olivia.get_by_role("button", name="Take").click()
    expect(amy.locator(".log")).to_contain_text("Assigned to Olivia")
    olivia.locator(".composer").get_by_text("Answer", exact=True).click()
    olivia.locator("#draft").fill("I will see to it.")
    olivia.keyboard.press("Enter")
    expect(visitor.chat.locator("#messages")).to_contain_text("I will see to it.")
    olivia.goto(f"{stage.url}/settings/audit")
    expect(olivia.locator("main")).to_contain_text("conversation.watched")
    expect(olivia.locator("main")).to_contain_text("conversation.taken_over")
    heard = visitor.received()
    assert "voucher" not in heard
    assert "watch" not in "".join(visitor.frames)
