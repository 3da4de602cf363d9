"""The agents' desk: resolve and reopen, colleagues who do not collide, keys, drafts, a list that holds still."""

import re

from playwright.sync_api import expect

from tests.journeys.stage import PHONE, Stage, Visitor


def _ask(stage: Stage, text: str) -> Visitor:
    visitor = stage.visitor()
    visitor.open()
    visitor.write(text)
    expect(visitor.chat.locator(".mine [data-state=sent]").last).to_be_visible()
    return visitor


def test_resolve_and_write_again(stage: Stage) -> None:
    amy, visitor = stage.agent("Amy"), _ask(stage, "A small thing")
    amy.locator("button.row").first.click()
    amy.locator(".log").focus()
    amy.keyboard.press("e")
    expect(visitor.chat.locator("#line")).to_contain_text("This conversation is resolved.")
    expect(amy.locator(".said")).to_contain_text("No open conversations")
    amy.get_by_role("button", name="Undo").click()
    expect(visitor.chat.locator("#line")).to_have_text("")
    amy.get_by_role("button", name="Resolve", exact=True).click()
    amy.get_by_role("button", name="Resolved", exact=True).click()
    expect(amy.locator("button.row")).to_have_count(1)

    visitor.write("One more thing")
    expect(amy.locator(".log")).to_contain_text("One more thing")
    expect(amy.locator(".status")).to_have_attribute("data-state", "open")
    amy.locator(".tab[data-filter=open]").click()
    expect(amy.locator("button.row")).to_contain_text("One more thing")


def test_a_colleague_is_announced_before_the_answers_collide(stage: Stage) -> None:
    amy, ben, _visitor = stage.agent("Amy"), stage.agent("Ben"), _ask(stage, "Who is there?")
    for page in (amy, ben):
        page.locator("button.row").first.click()
    amy.get_by_role("button", name="Take", exact=True).click()
    expect(ben.locator(".notice")).to_have_text("Amy has this conversation.")
    amy.locator("#draft").press_sequentially("I a")
    expect(ben.locator(".notice")).to_have_text("Amy is answering right now.")
    ben.locator("#draft").fill("Me too")
    amy.locator("#draft").fill("I am here")
    amy.keyboard.press("Enter")
    expect(ben.locator(".notice")).to_have_text("A colleague has answered while you were writing.")
    expect(ben.locator("#draft")).to_have_value("Me too")


def test_owner_assigns_to_a_colleague(stage: Stage) -> None:
    olivia, ben, _visitor = stage.agent("Olivia"), stage.agent("Ben"), _ask(stage, "For Ben")
    ben.get_by_role("button", name="Mine", exact=True).click()
    expect(ben.locator(".said")).to_contain_text("Nothing of yours is open")
    olivia.locator("button.row").first.click()
    olivia.get_by_label("Assigned to").select_option(label="Ben")
    expect(ben.locator("button.row")).to_contain_text("For Ben")
    olivia.keyboard.press("Control+k")
    olivia.get_by_role("combobox", name="Find or do anything").fill("assign amy")
    olivia.keyboard.press("Enter")
    expect(ben.locator("button.row")).to_have_count(0)


def test_drafts_stay_with_their_conversation(stage: Stage) -> None:
    amy, _one, _two = stage.agent("Amy"), _ask(stage, "The first"), _ask(stage, "The second")
    expect(amy.locator("button.row")).to_have_count(2)
    amy.locator("button.row", has_text="The first").click()
    amy.locator("#draft").fill("to the first")
    amy.locator("button.row", has_text="The second").click()
    expect(amy.locator("#draft")).to_have_value("")
    expect(amy.locator("button.row", has_text="The first").locator(".draft")).to_be_visible()
    amy.reload()
    expect(amy.locator("button.row")).to_have_count(2)
    amy.locator("button.row", has_text="The first").click()
    expect(amy.locator("#draft")).to_have_value("to the first")


def test_keys_move_and_never_fire_while_writing(stage: Stage) -> None:
    amy, _one, _two = stage.agent("Amy"), _ask(stage, "Older"), _ask(stage, "Newer")
    expect(amy.locator("button.row")).to_have_count(2)
    amy.keyboard.press("j")
    expect(amy.locator("button.row[aria-current]")).to_contain_text("Newer")
    amy.keyboard.press("j")
    expect(amy.locator("button.row[aria-current]")).to_contain_text("Older")
    amy.keyboard.press("r")
    expect(amy.locator("#draft")).to_be_focused()
    amy.keyboard.type("jeku?")
    expect(amy.locator("#draft")).to_have_value("jeku?")
    expect(amy.locator(".status")).to_have_attribute("data-state", "open")
    amy.keyboard.press("Escape")
    amy.keyboard.press("?")
    expect(amy.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_rows_hold_still_under_the_pointer(stage: Stage) -> None:
    amy, older, _newer = stage.agent("Amy"), _ask(stage, "Older"), _ask(stage, "Newer")
    rows = amy.locator("button.row")
    expect(rows).to_have_count(2)
    rows.first.hover()
    older.write("Older again")
    expect(amy.get_by_role("button", name="New activity")).to_be_visible()
    expect(rows.first).to_contain_text("Newer")
    expect(rows.last).to_contain_text("Older again")
    amy.mouse.move(900, 500)
    expect(rows.first).to_contain_text("Older again")


def test_phone_swaps_list_and_conversation(stage: Stage) -> None:
    amy, _visitor = stage.agent("Amy", viewport=PHONE), _ask(stage, "On the road")
    amy.locator("button.row").first.click()
    expect(amy.locator(".list")).to_be_hidden()
    expect(amy.locator("#draft")).to_be_visible()
    assert amy.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in amy.locator(".tools > :visible").all():
        box = button.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 360
    amy.get_by_role("button", name="Back to the list").click()
    expect(amy.locator("button.row").first).to_be_visible()


def test_desk_in_chinese(stage: Stage) -> None:
    amy = stage.agent("Amy", locale="zh-CN")
    expect(amy.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(amy.locator(".said")).to_contain_text("没有进行中的会话")
    amy.get_by_role("button", name="Amy 的菜单").click()
    amy.get_by_role("button", name="English").click()
    expect(amy.locator("html")).to_have_attribute("lang", "en")
    expect(amy.get_by_role("button", name=re.compile("Menu of Amy"))).to_be_visible()


def test_signing_out_ends_at_the_door(stage: Stage) -> None:
    amy = stage.agent("Amy")
    amy.get_by_role("button", name="Menu of Amy").click()
    amy.get_by_role("button", name="Sign out").click()
    expect(amy.locator("#password")).to_be_visible()
    amy.goto(stage.url)
    expect(amy.locator("#password")).to_be_visible()
