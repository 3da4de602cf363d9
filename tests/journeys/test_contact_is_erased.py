"""A contact is erased at the desk: asked once more, gone everywhere, and offered only to those who may."""

from playwright.sync_api import expect

from tests.journeys.stage import PHONE, Stage


def forgive(stage: Stage) -> None:
    """What the visitor's browser still shows opens nothing any more: that is what was wanted."""
    stage.problems[:] = [problem for problem in stage.problems if "401 (Unauthorized)" not in problem]


def test_an_owner_erases_a_contact(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write("my number is 555-0199")
    expect(visitor.chat.locator(".mine [data-state=sent]").last).to_be_visible()
    olivia, amy = stage.agent("Olivia"), stage.agent("Amy")
    for page in (olivia, amy):
        page.locator("button.row", has_text="555-0199").click()
        expect(page.locator(".log")).to_contain_text("555-0199")
    expect(amy.locator(".panel")).to_be_visible()
    expect(amy.get_by_role("button", name="Erase this contact")).to_have_count(0)

    ask = olivia.get_by_role("button", name="Erase this contact")
    ask.click()
    dialog = olivia.get_by_role("dialog")
    expect(dialog).to_contain_text("every message and note in all of their conversations")
    expect(dialog).to_contain_text("archives")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    olivia.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(olivia.locator(".log")).to_contain_text("555-0199")

    ask.click()
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_have_count(0)
    for page in (olivia, amy):
        expect(page.locator(".log")).not_to_contain_text("555-0199")
        expect(page.locator("#panel dd").first).to_have_text("—")
    expect(ask).to_have_count(0)
    olivia.reload()
    expect(olivia.locator(".panel")).to_be_visible()
    assert "555-0199" not in olivia.content()
    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator("#text")).to_be_visible()
    expect(visitor.chat.locator(".mine")).to_have_count(0)
    forgive(stage)


def test_in_chinese_on_a_phone(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write("你好")
    expect(visitor.chat.locator(".mine [data-state=sent]").last).to_be_visible()
    olivia = stage.agent("Olivia", locale="zh-CN", viewport=PHONE)
    olivia.locator("button.row").first.click()
    olivia.get_by_role("button", name="详情").click()
    olivia.get_by_role("button", name="彻底删除该客户").click()
    dialog = olivia.get_by_role("dialog")
    expect(dialog).to_contain_text("无法恢复")
    assert olivia.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    dialog.get_by_role("button", name="彻底删除").click()
    expect(dialog).to_have_count(0)
    visitor.page.close()
    forgive(stage)
