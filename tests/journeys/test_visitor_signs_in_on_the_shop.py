"""Somebody chats, signs in on the shop, and is known: here, in another browser, at the desk - until they sign out."""

from playwright.sync_api import Page, Route, expect

from tests.journeys.stage import Stage, Visitor

SENT = ".mine [data-state=sent], .mine [data-state=read]"


def texts(visitor: Visitor) -> list[str]:
    return visitor.chat.locator("#messages .prose").all_inner_texts()


def kept(page: Page) -> str:
    """Answer everything that the shop's page and the chat's frame keep."""
    script = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    return "".join(frame.evaluate(script) for frame in page.frames)


def test_what_was_said_before_is_theirs_everywhere(stage: Stage) -> None:
    amy, here = stage.agent("Amy"), stage.visitor()
    here.open()
    here.write("said before signing in")
    expect(here.chat.locator(SENT)).to_be_visible()
    amy.locator("button.row", has_text="said before").click()
    expect(amy.locator("#panel")).to_contain_text("Nobody vouches for them")
    anonymous = kept(here.page)
    assert ".token" in anonymous

    here.sign_in("lei")
    expect(amy.locator(".log")).to_contain_text("Signed in on your site as Lei")
    expect(amy.locator("#panel")).to_contain_text("lei")
    expect(amy.locator("button.row")).to_contain_text("Lei")
    here.write("said as Lei")
    expect(here.chat.locator(".mine .prose")).to_have_count(2)
    expect(amy.locator(".log")).to_contain_text("said as Lei")
    amy.locator("#draft").fill("Hello Lei!")
    amy.keyboard.press("Enter")
    expect(here.chat.locator(".message").last).to_contain_text("Hello Lei!")
    assert ".token" not in kept(here.page), "a vouched visitor's token is kept nowhere"

    there = stage.visitor()
    there.sign_in("lei")
    there.open()
    expect(there.chat.locator("#messages .prose")).to_have_count(3)
    assert texts(there) == ["said before signing in", "said as Lei", "Hello Lei!"] == texts(here)
    there.write("from the other browser")
    expect(here.chat.locator(".message").last).to_contain_text("from the other browser")

    other = stage.visitor()
    other.sign_in("mei")
    other.open()
    expect(other.chat.locator("#text")).to_be_focused()
    expect(other.chat.locator("#messages .prose")).to_have_count(0)


def test_what_is_written_while_the_chat_connects_is_sent(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.sign_in("lei")
    held: list[Route] = []
    is_held = True

    def hold(route: Route) -> None:
        if is_held:
            held.append(route)
        else:
            route.continue_()

    visitor.page.route("**/api/v1/live-tickets", hold)
    with visitor.page.expect_request("**/api/v1/live-tickets"):
        visitor.open()
    visitor.write("quicker than the connection")
    expect(visitor.chat.locator(".mine .prose")).to_have_text("quicker than the connection")
    is_held = False
    for route in held:
        route.continue_()
    expect(visitor.chat.locator(SENT)).to_be_visible()


def test_signing_out_leaves_a_clean_stranger(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.sign_in("lei")
    visitor.open()
    visitor.write("as Lei")
    expect(visitor.chat.locator(SENT)).to_be_visible()
    visitor.chat.locator("#text").fill("half a thought")
    visitor.sign_out()
    expect(visitor.chat.locator("#messages .prose")).to_have_count(0)
    expect(visitor.chat.locator("#text")).to_have_value("")
    assert "half a thought" not in kept(visitor.page)
    visitor.write("as a stranger")
    expect(visitor.chat.locator(SENT)).to_be_visible()
    assert texts(visitor) == ["as a stranger"]
    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator("#messages .prose")).to_have_text(["as a stranger"])


def test_signing_out_before_the_chat_was_opened_counts_too(stage: Stage) -> None:
    visitor = stage.visitor()
    visitor.open()
    visitor.write("whoever sat here before")
    expect(visitor.chat.locator(SENT)).to_be_visible()
    visitor.page.reload()
    visitor.sign_out()
    visitor.page.reload()
    visitor.open()
    expect(visitor.chat.locator("#text")).to_be_focused()
    visitor.write("a stranger")
    expect(visitor.chat.locator(SENT)).to_be_visible()
    assert texts(visitor) == ["a stranger"]


def test_two_conversations_are_one_history(stage: Stage) -> None:
    """What was begun on two devices stays two conversations for the desk, and is one history for the visitor."""
    amy, first, second = stage.agent("Amy"), stage.visitor(), stage.visitor()
    first.sign_in("lei")
    first.open()
    first.write("from the phone")
    expect(first.chat.locator(SENT)).to_be_visible()
    second.open()
    second.write("from the desktop")
    expect(second.chat.locator(SENT)).to_be_visible()
    second.sign_in("lei")
    for visitor in (first, second):
        expect(visitor.chat.locator("#messages .prose")).to_have_text(["from the phone", "from the desktop"])
    expect(amy.locator("button.row")).to_have_count(2)
    amy.locator("button.row", has_text="from the phone").click()
    amy.locator("#draft").fill("about the phone")
    amy.keyboard.press("Enter")
    for visitor in (first, second):
        expect(visitor.chat.locator(".message").last).to_contain_text("about the phone")
    second.write("thank you")
    expect(amy.locator(".log")).to_contain_text("thank you")


def test_a_chat_for_those_who_are_signed_in(stage: Stage) -> None:
    olivia = stage.agent("Olivia")
    olivia.goto(f"{stage.url}/settings/inboxes")
    olivia.get_by_label("Only visitors whom your site vouches for").check()
    olivia.get_by_role("button", name="Save").click()
    expect(olivia.get_by_text("Saved.")).to_be_visible()
    visitor = stage.visitor()
    visitor.open()
    visitor.write("may I?")
    expect(visitor.chat.locator("#line")).to_have_text("Sign in on this site to write to us.")
    visitor.sign_in("lei")
    expect(visitor.chat.locator(SENT)).to_be_visible()
    assert texts(visitor) == ["may I?"]
    stage.problems[:] = [problem for problem in stage.problems if "403" not in problem]


LATE = """if (window !== parent) {
  const plain = window.addEventListener;
  window.addEventListener = (type, heard, ...more) =>
    plain.call(window, type, type === "message" ? (event) => setTimeout(heard, 4_000, event) : heard, ...more);
}"""


def test_a_site_that_is_slow_to_say_so_is_believed_all_the_same(stage: Stage) -> None:
    """The frame does not wait for ever: what it sends as a stranger's meanwhile is theirs once the site has spoken."""
    amy, visitor = stage.agent("Amy"), stage.visitor()
    visitor.page.add_init_script(LATE)
    visitor.page.reload()
    visitor.sign_in("lei")
    visitor.open()
    visitor.write("who am I?")
    amy.locator("button.row", has_text="who am I?").click()
    expect(amy.locator(".log")).to_contain_text("Signed in on your site as Lei")
    expect(visitor.chat.locator("#messages .prose")).to_have_text(["who am I?"])
    assert ".token" not in kept(visitor.page)
