"""Signing in with more than a password: a security key, a recovery code without JavaScript, a provider."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tenants.context import platform_context
from tenants.models import SsoDomain, Tenant
from tests.conftest import PASSWORD
from tests.journeys.stage import PHONE, Stage
from tests.oidc import CLIENT, SECRET, Provider, providing

PICTURES = os.environ.get("YUNKE_PICTURES", "")
KEY = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def show(page: Page, name: str) -> None:
    """Keep a picture, where somebody wants to look at it."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def sign_in(stage: Stage, page: Page, name: str, path: str = "/") -> None:
    page.goto(f"{stage.url}{path}")
    page.locator("#email").fill(stage._people[name])
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.primary").click()


def test_a_key_and_a_recovery_code(stage: Stage) -> None:
    page = stage.page(viewport=PHONE)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    sign_in(stage, page, "Amy", "/settings/second-factor")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    fits(page)
    show(page, "factors-empty")
    page.locator("[data-key=create] button").click()
    codes = page.locator(".codes").inner_text().split()
    assert len(codes) == 10
    show(page, "factors-codes")
    fits(page)
    page.context.clear_cookies()
    sign_in(stage, page, "Amy")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    fits(page)
    show(page, "second-key")
    page.goto(stage.url)
    expect(page.locator("#password")).to_be_visible()
    sign_in(stage, page, "Amy")
    page.get_by_role("button", name="Use a security key").click()
    expect(page.locator(".link-state")).to_have_attribute("data-state", "online")

    plain = stage._browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    sign_in(stage, plain, "Amy", "/settings/second-factor")
    show(plain, "second-zh")
    plain.get_by_text("使用恢复码").click()
    plain.locator("#recovery").fill(codes[0])
    plain.locator("details button").click()
    expect(plain.get_by_role("heading", name="第二重验证")).to_be_visible()
    expect(plain.get_by_text("剩余恢复码：9")).to_be_visible()
    show(plain, "factors-zh")


def test_an_app(stage: Stage) -> None:
    page = stage.page()
    sign_in(stage, page, "Ben", "/settings/second-factor")
    page.locator("#app-name").fill("My phone")
    page.locator("form:has(#app-name) button").click()
    picture = page.locator("img.qr")
    expect(picture).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth > 100", arg=picture.element_handle())
    show(page, "factors-app")


@pytest.fixture
def idp() -> Iterator[Provider]:
    with providing() as found:
        yield found


def aside(work: Callable[[], None]) -> None:
    """Do something in the database: Playwright's event loop is running in this thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def test_a_companys_own_sign_in_service(stage: Stage, idp: Provider) -> None:
    slug = stage.url.removeprefix("http://").partition(".")[0]

    def prove() -> None:
        from django.db import connection  # noqa: PLC0415 - this thread's own

        with platform_context():
            tenant = Tenant.objects.get(slug=slug)
            name, now = f"{slug}.example", datetime.now(UTC)
            SsoDomain.objects.create(tenant=tenant, domain=name, token="x", proved_at=now)
        connection.close()

    aside(prove)
    owner = stage.page()
    sign_in(stage, owner, "Olivia", "/settings/security")
    owner.locator("#issuer").fill(idp.issuer)
    owner.locator("#client_id").fill(CLIENT)
    owner.locator("#client_secret").fill(SECRET)
    owner.locator("#on").check()
    owner.locator("form:has(#issuer) button.primary").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    owner.locator("#domain").fill("tea.example")
    owner.locator("form:has(#domain) button").click()
    expect(owner.get_by_text("_yunke.tea.example TXT")).to_be_visible()
    show(owner, "security")
    owner.set_viewport_size(PHONE)
    fits(owner)
    show(owner, "security-phone")

    idp.who = {"sub": "grace", "email": f"grace@{slug}.example", "name": "Grace"}
    page = stage.page(locale="zh-CN")
    page.goto(stage.url)
    show(page, "sign-in-zh")
    page.get_by_role("link", name="使用公司账号登录").click()
    expect(page.locator(".link-state")).to_have_attribute("data-state", "online")
    expect(page.get_by_role("button", name="Grace 的菜单")).to_be_visible()
