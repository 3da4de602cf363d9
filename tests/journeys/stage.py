"""Who is on stage: agents at the desk and visitors on a site, each in a browser of their own, all watched."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Page, Response, ViewportSize, WebSocket, expect

from tests.site import Site

ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNREACHABLE: Final = (
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
    "WebSocket",
)
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
PHONE: Final[ViewportSize] = {"width": 360, "height": 720}

expect.set_options(timeout=10_000)


SIGN_IN: Final = "who => window.yunke.identify(() => window.vouchFor(who))"


@dataclass
class Visitor:
    """A visitor on the sample site, and everything that any of their pages was ever sent."""

    page: Page
    archive: Path
    frames: list[str] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)

    @property
    def chat(self) -> FrameLocator:
        """The widget's frame."""
        return self.page.frame_locator("iframe")

    def open(self, *, label: str = "Open chat") -> None:
        """Press the round button."""
        self.page.get_by_role("button", name=label).click()

    def write(self, text: str) -> None:
        """Write a message and press Enter."""
        self.chat.locator("#text").fill(text)
        self.chat.locator("#text").press("Enter")

    def sign_in(self, who: str) -> None:
        """Sign in on the site, which vouches for them from now on."""
        self.page.evaluate(SIGN_IN, who)

    def sign_out(self) -> None:
        """Sign out on the site."""
        self.page.evaluate("window.yunke.forget()")

    def received(self) -> str:
        """Answer every frame and every HTTP body that reached the visitor; the visitor leaves."""
        self.page.context.close()
        entries = json.loads(self.archive.read_text())["log"]["entries"]
        return "\n".join([*self.frames, *(_body(entry["response"]["content"]) for entry in entries)])


def _body(content: dict[str, str]) -> str:
    text = content.get("text", "")
    return base64.b64decode(text).decode(errors="replace") if content.get("encoding") == "base64" else text


class Stage:
    """One company. `problems` holds every console error, CSP violation, page error and failed answer."""

    def __init__(
        self, *, browser: Browser, url: str, key: str, site: Site, people: dict[str, str], password: str, folder: Path
    ) -> None:
        """Nobody is there yet."""
        self.url = url
        self.key = key
        self.site = site
        self.problems: list[str] = []
        self.may_be_away = False
        self._browser = browser
        self._people = people
        self._password = password
        self._folder = folder

    def agent(self, name: str, *, locale: str = "en-US", viewport: ViewportSize = DESKTOP) -> Page:
        """Sign a member in through the page; answer the desk, loaded and live."""
        page = self.page(locale=locale, viewport=viewport)
        page.goto(self.url)
        page.locator("#email").fill(self._people[name])
        page.locator("#password").fill(self._password)
        page.locator("button.primary").click()
        expect(page.locator(".link-state")).to_have_attribute("data-state", "online")
        return page

    def visitor(self, *, locale: str = "en-US", viewport: ViewportSize = DESKTOP) -> Visitor:
        """Bring somebody to the sample site; the chat is closed."""
        archive = self._folder / f"{secrets.token_hex(4)}.har"
        page = self.page(locale=locale, viewport=viewport, archive=archive)
        visitor = Visitor(page=page, archive=archive)
        visitor.page.on("response", lambda response: visitor.responses.append(response))  # noqa: PLW0108 # Playwright marks the function
        visitor.page.on("websocket", lambda socket: _record(socket, visitor.frames))
        visitor.page.expose_function("vouchFor", lambda who: self.site.vouch(who, name=who.title()))
        visitor.page.goto(f"{self.url}/try/{self.key}")
        return visitor

    def page(self, *, locale: str = "en-US", viewport: ViewportSize = DESKTOP, archive: Path | None = None) -> Page:
        """Open a watched page in a fresh browser context; `archive` gets every HTTP exchange when it closes."""
        context = self._browser.new_context(
            locale=locale, viewport=viewport, record_har_path=archive, record_har_content="embed" if archive else None
        )
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        away = self.may_be_away and any(sign in message.text for sign in UNREACHABLE)
        if message.type in {"error", "warning"} and not away:
            self.problems.append(f"{message.type}: {message.text}")


def _record(socket: WebSocket, frames: list[str]) -> None:
    socket.on("framereceived", lambda payload: frames.append(str(payload)))
