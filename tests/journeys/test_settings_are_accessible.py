"""Every page of the settings by axe, in both languages, light and dark, on a desk and on a phone; and by keyboard."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

import pytest
from django.db import connection
from playwright.sync_api import Page, ViewportSize

from tenants.context import platform_context
from tenants.domains.models import Domain
from tenants.exports.models import Export
from tenants.members.models import Invitation
from tenants.models import Membership, SsoDomain, SsoIdentity, SsoProvider, Tenant
from tenants.settings_pages import PLACES
from tests.journeys.stage import DESKTOP, PHONE, Stage

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text()
RUN: Final = """tags => axe.run(document, {runOnly: {type: "tag", values: tags}}).then(({violations}) =>
    violations.flatMap(({id, nodes}) => nodes.map(({target, failureSummary}) => [id, target, failureSummary])))"""
TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every control in the order of the keyboard must stand where one reads it: never above the one before it, but in a row.
ORDER: Final = """() => {
    const seen = [...document.querySelectorAll("main :is(a[href], button, input, select, textarea, summary)")]
        .filter((node) => !node.disabled && node.type !== "hidden" && node.checkVisibility());
    const named = (node) => node.labels?.length || node.textContent.trim() || node.getAttribute("aria-label");
    const tops = seen.map((node) => node.getBoundingClientRect());
    return {
        nameless: seen.filter((node) => !named(node)).map((node) => node.outerHTML),
        backwards: seen.filter((_, n) => n && tops[n].bottom <= tops[n - 1].top).map((node) => node.outerHTML),
        unreachable: seen.filter((node) => node.tabIndex < 0).map((node) => node.outerHTML),
        positive: seen.filter((node) => node.tabIndex > 0).map((node) => node.outerHTML),
    };
}"""
NOW: Final = datetime.now(UTC)


def fill(stage: Stage) -> None:
    """Let there be one of everything that the pages show: in a thread, as Playwright has a loop in this one."""
    with ThreadPoolExecutor(max_workers=1) as apart:
        apart.submit(_fill, stage.url.partition("//")[2].partition(".")[0]).result()


def _fill(slug: str) -> None:
    try:
        _write(slug)
    finally:
        connection.close()


def _write(slug: str) -> None:
    with platform_context():
        tenant = Tenant.objects.get(slug=slug)
        said: dict[str, Any] = {"tenant_id": tenant.id}
        owner = Membership.objects.filter(**said, role="owner").latest("joined_at")
        for name, state, problem in (
            ("chat.example.net", "failed", "there is no TXT record, and its file is not there (HTTP 404)"),
            ("help.example.net", "pending", ""),
        ):
            Domain.objects.create(**said, name=name, token="t" * 43, claimed_at=NOW, state=state, problem=problem)
        SsoProvider.objects.create(**said, issuer="https://login.example.com", client_id="c", secret="x", role="agent")
        SsoDomain.objects.create(**said, domain="example.com", token="t" * 32, proved_at=NOW, missing_since=NOW)
        SsoDomain.objects.create(**said, domain="example.org", token="t" * 32)
        for membership in Membership.objects.filter(**said):
            identity: dict[str, Any] = {"subject": str(membership.id), "membership": membership, "created_at": NOW}
            SsoIdentity.objects.create(**said, issuer="https://login.example.com", **identity)
        times: dict[str, Any] = {"invited_at": NOW, "sent_at": NOW, "expires_at": NOW + timedelta(days=1)}
        Invitation.objects.create(**said, email="new@example.com", role="agent", code="0" * 64, language="en", **times)
        Export.objects.create(**said, asked_by=owner.person_id, asked_at=NOW, state="ready", size=1, expires_at=NOW)


def make_key(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/settings/keys")
    page.locator("#name").fill("Data warehouse")
    for box in page.locator("input[name=scope]").all()[:3]:
        box.check()
    page.locator("main button.primary").click()


def judge(page: Page, path: str, *, columns: bool = False) -> list[Any]:
    """Answer everything that is wrong with the page that is shown; one with `columns` is read down each of them."""
    wrong: list[Any] = []
    page.wait_for_load_state("load")  # what is found may be there before the styles are
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate(AXE)
        wrong += [(path, scheme, *found) for found in page.evaluate(RUN, TAGS)]
    order = page.evaluate(ORDER)
    wrong += [(path, what, nodes) for what, nodes in order.items() if nodes and not (columns and what == "backwards")]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append((path, "wider than the window"))
    return wrong


@pytest.mark.parametrize(("locale", "viewport"), [("en-US", DESKTOP), ("zh-CN", PHONE)], ids=["desk", "phone"])
def test_no_page_has_a_barrier(stage: Stage, locale: str, viewport: ViewportSize) -> None:
    fill(stage)
    page = stage.agent("Olivia", locale=locale, viewport=viewport)
    make_key(page, stage)
    wrong = []
    for place in PLACES:
        page.goto(f"{stage.url}{place.path}")
        ours = list(stage.problems)
        wrong += judge(page, place.path)
        stage.problems[:] = ours  # what axe itself tries is no problem of the page's
    assert wrong == []
    page.evaluate("document.querySelector('main').prepend(document.createElement('button'))")
    ours = list(stage.problems)
    found = [each[2] for each in judge(page, "a button without a name")]
    stage.problems[:] = ours
    assert "button-name" in found, "what is wrong is seen"
