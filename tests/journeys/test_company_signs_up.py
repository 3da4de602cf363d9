"""A company signs up at the platform's host, works at once, and confirms its address by the link in the mail."""

import re
import secrets
from collections.abc import Iterator
from typing import Final

import psycopg
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tenants.mail.queueing import PURPOSE
from tenants.secrets import unseal
from tests.chromium import find_chromium
from tests.journeys.stage import ARGUMENTS, DESKTOP, PHONE
from tests.serving import Server

PASSWORD: Final = "another 9 battery"
MAIL: Final = """
SELECT m.id, m.tenant, m.body FROM public.mails m JOIN public.tenants t ON t.id = m.tenant WHERE t.slug = %s
ORDER BY m.id DESC LIMIT 1
"""


class Street:
    """A browser before a server without a worker, so that mails wait where they can be read."""

    def __init__(self, *, browser: Browser, port: int, dsn: str) -> None:
        """Nothing is open yet."""
        self.origin = f"http://localhost:{port}"
        self.port = port
        self.problems: list[str] = []
        self._browser, self._dsn = browser, dsn

    def page(self, *, locale: str = "en-US", viewport: ViewportSize = DESKTOP, scripts: bool = True) -> Page:
        """Open a watched page in a fresh browser context."""
        context = self._browser.new_context(locale=locale, viewport=viewport, java_script_enabled=scripts)
        page = context.new_page()
        page.on("console", lambda said: self.problems.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        return page

    def sign_up(self, page: Page, *, email: str | None = None) -> str:
        """Fill the form in; answer the company's own origin."""
        slug = f"j-{secrets.token_hex(6)}"
        page.goto(self.origin)
        for field, value in (("name", "Cloud Tea 云"), ("slug", slug), ("email", email or f"{slug}@example.com")):
            page.locator(f"#{field}").fill(value)
        page.locator("#password").fill(PASSWORD)
        page.locator("button.primary").click()
        expect(page.locator("[role=status]")).to_be_visible()
        return f"http://{slug}.localhost:{self.port}"

    def mail_to(self, origin: str) -> str:
        """Answer the last mail about a company. Django's own connection would not like the browser's event loop."""
        slug = origin.removeprefix("http://").partition(".")[0]
        with psycopg.connect(self._dsn) as connection:
            row = connection.execute(MAIL, [slug]).fetchone()
        assert row
        return unseal(sealed=row[2], purpose=PURPOSE, tenant=row[1], row=row[0])


@pytest.fixture
def street(database: str) -> Iterator[Street]:
    path = find_chromium()
    assert path, "Chromium is missing: `./dev test` installs it"
    with Server(dsn=database) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        scene = Street(browser=browser, port=server.port, dsn=database)
        yield scene
        problems = scene.problems
        browser.close()
    assert problems == []


def sign_in(page: Page, origin: str, email: str | None = None) -> None:
    page.goto(f"{origin}/sign-in")
    page.locator("#email").fill(email or f"{origin.removeprefix('http://').partition('.')[0]}@example.com")
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)])
def test_a_company_signs_up_works_and_confirms(street: Street, locale: str, viewport: ViewportSize) -> None:
    page = street.page(locale=locale, viewport=viewport)
    origin = street.sign_up(page)
    expect(page.locator("section.card")).to_contain_text("@example.com")
    sign_in(page, origin)
    expect(page.locator(".link-state")).to_have_attribute("data-state", "online")
    banner = page.locator(".banner")
    expect(banner).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1"), "the desk fits below the line"
    banner.locator("button").click()
    expect(page.locator("[role=status]")).to_be_visible()
    found = re.search(r"http://\S+/confirm#\S+", street.mail_to(origin))
    assert found
    page.goto("about:blank")
    page.goto(found[0])
    expect(page.locator("a.primary")).to_be_visible()
    assert page.url == f"{origin}/confirm?done=yes", "the code is nowhere in the address any more"
    page.locator("a.primary").click()
    expect(page.locator(".link-state")).to_have_attribute("data-state", "online")
    expect(banner).to_have_count(0)


def test_who_is_not_signed_in_and_has_no_scripts_types_the_code_and_the_password(street: Street) -> None:
    page = street.page(scripts=False)
    origin = street.sign_up(page)
    found = re.search(r"/confirm#(\S+)", street.mail_to(origin))
    assert found
    page.goto(f"{origin}/confirm#{found[1]}")
    page.locator("#code").fill(found[1].lower())
    page.locator("#password").fill(PASSWORD)
    page.locator("button.primary").click()
    expect(page.locator("[role=status]")).to_be_visible()
    assert page.url == f"{origin}/confirm?done=yes"


def test_who_is_not_signed_in_types_the_password_alone(street: Street) -> None:
    page = street.page()
    origin = street.sign_up(page)
    found = re.search(r"/confirm#(\S+)", street.mail_to(origin))
    assert found
    page.goto(f"{origin}/confirm#{found[1]}")
    expect(page.locator("#code")).to_have_value(found[1])
    expect(page.locator("#password")).to_be_focused()
    assert page.url == f"{origin}/confirm"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("a.primary")).to_be_visible()
