"""A conversation is handed on by keyboard alone: to a colleague with a word, and to a queue that offers it on."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_offers import ask, open_queue
from tests.journeys.test_settings_are_accessible import AXE, RUN, TAGS


def test_a_colleague_gets_it_with_a_word_that_the_visitor_never_sees(stage: Stage) -> None:
    amy, ben = stage.agent("Amy"), stage.agent("Ben")
    visitor = stage.visitor()
    visitor.open()
    visitor.write("I need an invoice")
    amy.locator("button.row", has_text="I need an invoice").click()
    amy.keyboard.press("h")
    expect(amy.locator("dialog.hand")).to_be_hidden()  # it is not hers to hand on
    amy.keyboard.press("t")
    expect(amy.get_by_role("button", name="Take")).to_be_hidden()
    amy.keyboard.press("h")
    expect(amy.locator("#hand-to")).to_be_focused()
    amy.keyboard.type("be")
    expect(amy.locator("#hand-options li")).to_have_count(1)
    ours = list(stage.problems)
    amy.evaluate(AXE)
    found = amy.evaluate(RUN, TAGS)
    stage.problems[:] = ours  # what axe itself tries is no problem of the page's
    assert found == []
    amy.keyboard.press("Enter")
    expect(amy.locator("#hand-words")).to_be_focused()
    amy.keyboard.type("Asks for an invoice of last year.")
    amy.keyboard.press("Control+Enter")
    expect(amy.locator("dialog.hand")).to_be_hidden()
    expect(amy.locator(".toasts")).to_contain_text("Handed on to Ben")
    expect(amy.locator(".log")).to_contain_text("Amy handed it on to Ben")

    expect(ben.locator(".toasts")).to_contain_text("Amy handed a conversation on to you: Asks for an invoice")
    ben.locator(".toasts").get_by_role("button", name="Open").click()
    expect(ben.locator(".handed .words")).to_contain_text("Asks for an invoice of last year.")
    ben.locator("#draft").fill("Of course.")
    ben.keyboard.press("Enter")
    expect(visitor.chat.locator("#messages")).to_contain_text("Of course.")
    assert "invoice of last year" not in visitor.received()


def test_a_queue_offers_it_to_somebody_else(stage: Stage) -> None:
    open_queue(stage)
    ben = stage.agent("Ben", locale="zh-CN")
    ask(stage, "请转人工")
    expect(ben.locator(".offers .offer")).to_contain_text("请转人工")
    ben.keyboard.press("y")
    expect(ben.locator(".log")).to_contain_text("请转人工")
    amy = stage.agent("Amy")
    ben.keyboard.press("h")
    ben.keyboard.type("help")
    expect(ben.locator("#hand-options li")).to_contain_text("队列")
    ben.keyboard.press("Enter")
    ben.keyboard.press("Control+Enter")
    expect(ben.locator(".log")).to_contain_text("Ben 已转交给 Help")
    expect(amy.locator(".offers .offer")).to_contain_text("请转人工")
    amy.keyboard.press("y")
    expect(amy.locator(".log")).to_contain_text("Ben handed it on to Help")
