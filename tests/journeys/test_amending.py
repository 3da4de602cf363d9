"""Edited, recalled, reacted to: at the desk and in the widget, in both languages, and by those alone who may."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_agent_state_equals_fresh import ROWS, THREAD, _desk_events, _list
from tests.journeys.test_labels import check_accessible


def test_an_answer_is_edited_and_recalled(stage: Stage) -> None:
    amy, olivia, visitor = stage.agent("Amy"), stage.agent("Olivia"), stage.visitor()
    visitor.open()
    visitor.write("When does it come?")
    amy.locator("button.row").click()
    olivia.locator("button.row").click()
    expect(amy.locator(".message")).to_have_count(1)
    before, events = _list(amy), _desk_events(amy)
    amy.reload()
    amy.locator("#draft").fill("On Mnoday")
    amy.keyboard.press("Enter")
    answer, seen = amy.locator(".message.answer"), visitor.chat.locator(".message:not(.mine)").last
    expect(seen).to_contain_text("On Mnoday")
    answer.hover()
    answer.get_by_role("button", name="Actions for the message").click()
    amy.get_by_role("button", name="Edit", exact=True).click()
    check_accessible(stage, amy)
    amy.get_by_role("textbox", name="Edit").fill("On Monday")
    amy.keyboard.press("Enter")
    for page in (amy, olivia):
        expect(page.locator(".message.answer")).to_contain_text("On Monday")
        expect(page.locator(".message.answer .state")).to_contain_text("Edited")
        expect(page.locator("button.row")).to_contain_text("On Monday")
    expect(seen).to_contain_text("On Monday")
    expect(seen).to_contain_text("Edited")

    olivia.locator(".message.answer").hover()
    olivia.locator(".message.answer").get_by_role("button", name="Actions for the message").click()
    olivia.get_by_role("button", name="Recall this message").click()
    expect(olivia.get_by_role("dialog")).to_contain_text("On Monday")
    olivia.get_by_role("button", name="Recall", exact=True).click()
    for page in (amy, olivia):
        expect(page.locator(".message.answer")).to_contain_text("This message was recalled.")
    expect(seen).to_contain_text("This message was recalled.")
    olivia.locator(".message.answer").hover()
    olivia.locator(".message.answer").get_by_role("button", name="Actions for the message").click()
    olivia.get_by_role("button", name="What it said before").click()
    expect(olivia.locator(".originals li")).to_contain_text(["On Mnoday", "On Monday"])
    olivia.get_by_role("button", name="Close", exact=True).click()
    expect(answer.get_by_role("button", name="Actions for the message")).to_have_count(0)

    amy.wait_for_timeout(1_500)
    threads = sorted((e for e in events if e["topic"] != "desk"), key=lambda event: event["position"])
    assert amy.evaluate(THREAD, threads)["wrong"] == []
    for missing, rows in amy.evaluate(ROWS, [before, [e for e in events if e["topic"] == "desk"], _list(amy)]):
        assert missing == []
        for row, fresh in rows:
            assert row == fresh
    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator(".message", has_text="recalled")).to_be_visible()
    sent = [frame for frame in visitor.frames if "Mnoday" in frame]
    assert len(sent) == 1, "what comes anew is without it"


def test_reactions(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.open()
    visitor.write("When does it come?")
    amy.locator("button.row").click()
    amy.locator("#draft").fill("On Monday")
    amy.keyboard.press("Enter")
    answer, seen = amy.locator(".message.answer"), visitor.chat.locator(".message:not(.mine)").last
    expect(seen).to_contain_text("On Monday")
    seen.hover()
    seen.get_by_role("button", name="React", exact=True).click()
    visitor.chat.get_by_role("button", name="React with 🙏").click()
    expect(answer.get_by_role("button", name="🙏")).to_contain_text("1")
    question = amy.locator(".message:not(.answer)")
    question.hover()
    question.get_by_role("button", name="Actions for the message").click()
    amy.get_by_role("button", name="React with 👍").click()
    expect(visitor.chat.locator(".mine .reactions")).to_contain_text("👍1")
    expect(amy.locator(".reaction", has_text="👍")).to_have_attribute("aria-pressed", "true")
    check_accessible(stage, amy)


def test_a_visitor_changes_their_mind(stage: Stage) -> None:
    ben, visitor = stage.agent("Ben", locale="zh-CN"), stage.visitor(locale="zh-CN")
    visitor.open(label="打开聊天")
    visitor.write("我要绿茶")
    ben.locator("button.row").click()
    own = visitor.chat.locator(".mine").first
    own.hover()
    own.get_by_role("button", name="修改").click()
    expect(visitor.chat.locator("#text")).to_have_value("我要绿茶")
    visitor.write("我要红茶")
    expect(own).to_contain_text("我要红茶")
    expect(own).to_contain_text("已修改")
    expect(ben.locator(".message")).to_contain_text("我要红茶")
    expect(ben.locator("button.row")).to_contain_text("我要红茶")
    own.hover()
    own.get_by_role("button", name="撤回").click()
    expect(visitor.chat.locator(".message", has_text="此消息已撤回")).to_be_visible()
    expect(ben.locator(".message")).to_contain_text("此消息已撤回")
    ben.locator(".message").hover()
    expect(ben.locator(".message").get_by_role("button")).to_have_count(0)
