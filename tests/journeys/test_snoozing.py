"""Snoozing by keyboard: out of the list for everybody, back by itself when the visitor writes, in both languages."""

from playwright.sync_api import expect

from tests.journeys.stage import Stage
from tests.journeys.test_labels import check_accessible

CHOICES = """async () => {
  const { choices } = await import("/static/yunke/desk/snoozing.js");
  const days = [[2026, 2, 2, 8], [2026, 2, 6, 23], [2026, 2, 8, 12]]; // a Monday, a Friday, a Sunday
  const read = ([name, time]) => `${name} ${time.getDate()} ${time.getHours()}`;
  return days.map((day) => choices(new Date(...day)).map(read));
}"""


def test_snooze_and_have_it_back(stage: Stage) -> None:
    amy, ben, visitor = stage.agent("Amy"), stage.agent("Ben", locale="zh-CN"), stage.visitor()
    visitor.open()
    visitor.write("Where is my parcel?")
    for page in (amy, ben):
        page.locator("button.row").first.click()
    amy.get_by_role("button", name="Take", exact=True).click()
    expect(amy.get_by_role("button", name="Snooze…")).to_be_visible()
    expect(ben.get_by_role("button", name="稍后处理…")).to_be_hidden()
    amy.locator(".log").focus()
    amy.keyboard.press("z")
    expect(amy.get_by_role("dialog", name="Snooze this conversation")).to_be_visible()
    expect(amy.get_by_role("button", name="In an hour")).to_be_focused()
    check_accessible(stage, amy)
    amy.get_by_role("button", name="Until they write").click()
    for page, words in ((amy, "Snoozed until they write"), (ben, "客户来信后再处理")):
        expect(page.locator(".status")).to_have_text(words)
        expect(page.locator(".log")).to_contain_text(words)
    expect(amy.locator("button.row")).to_have_count(0)
    ben.locator(".tab[data-filter=snoozed]").click()
    expect(ben.locator("button.row .snoozed")).to_be_visible()
    check_accessible(stage, ben)
    visitor.write("Found it")
    expect(amy.locator(".toast").filter(has_text="is back")).to_be_visible()
    expect(amy.locator("button.row")).to_have_count(1)
    expect(amy.locator(".log")).to_contain_text("Back: the contact has written")
    expect(ben.locator(".status")).to_have_text("进行中")
    amy.locator(".log").focus()
    amy.keyboard.press("z")
    amy.keyboard.press("Enter")
    expect(amy.locator(".status")).to_contain_text("Snoozed until")
    amy.get_by_role("button", name="Undo").last.click()
    expect(amy.locator(".status")).to_have_text("Open")
    assert "snooz" not in visitor.received()


def test_the_times_that_are_offered(stage: Stage) -> None:
    assert stage.agent("Amy").evaluate(CHOICES) == [
        ["hour 2 9", "hours 2 11", "tomorrow 3 9", "monday 9 9"],
        ["hour 7 0", "hours 7 2", "tomorrow 7 9", "monday 9 9"],
        ["hour 8 13", "hours 8 15", "tomorrow 9 9"],
    ]
