"""Signing companies up and their owners in, as anybody would over HTTP."""

import asyncio
import secrets
from http import HTTPStatus
from typing import Any, Final

from config.embedded.obstacles import Obstacle
from config.embedded.replay.book import Company
from config.embedded.replay.site import Site, read_site
from config.embedded.replay.web import Unexpected, Web

AT_ONCE: Final = 3  # each sign-up makes a schema and hashes a password
TRIES: Final = 5


async def sign_up_many(*, web: Web, platform: Site, count: int) -> list[Company]:
    """Answer `count` new companies of random names, each with its inbox."""
    await web.knock(site=platform)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Company:
        async with slots:
            return await _sign_up(web, platform, number)

    try:
        return list(await asyncio.gather(*(one(number) for number in range(count))))
    except (Unexpected, ValueError, KeyError) as error:
        raise Obstacle(f"{platform.origin} does not sign companies up as Yunke does: {error}") from None


async def _sign_up(web: Web, platform: Site, number: int) -> Company:
    """Sign one up. When the answer was lost with its server the name is taken: another one is tried then."""
    for _ in range(TRIES):
        slug = f"replay-{secrets.token_hex(6)}"
        email, password = f"owner@{slug}.example", secrets.token_urlsafe(18)
        said = {"name": f"Replay {number + 1}", "slug": slug, "email": email, "password": password}
        answer = await web.ask(site=platform, method="POST", path="/api/v1/tenants", body=said)
        if answer.status == HTTPStatus.CREATED:
            return Company(number, slug, read_site(url=answer.json()["url"]), email, password)
        if answer.status == HTTPStatus.NOT_FOUND:
            break
    raise Unexpected(f"POST /api/v1/tenants answers {answer.status}: {answer.body[:200].decode(errors='replace')}")


class OwnerSession:
    """A company's owner, signed in by session."""

    def __init__(self, *, web: Web, company: Company) -> None:
        """Ask nothing yet."""
        self._web = web
        self._company = company
        self._headers: dict[str, str] = {}

    async def begin(self) -> None:
        """Sign in, and learn who the agent is and which inbox visitors come through."""
        company = self._company
        credentials = {"email": company.email, "password": company.password}
        answer = await self._web.ask(site=company.site, method="POST", path="/api/v1/session", body=credentials)
        if answer.status != HTTPStatus.OK:
            raise Unexpected(f"signing in to {company.slug} answers {answer.status}")
        said = answer.json()
        cookies = "; ".join(f"{name}={value}" for name, value in answer.cookies().items())
        self._headers = {"Cookie": cookies, "X-CSRFToken": said["csrf_token"], "Referer": f"{company.site.origin}/"}
        company.agent = said["person"]["id"]
        inboxes = await self._web.get(site=company.site, path="/api/v1/inboxes", headers=self._headers)
        company.inbox = inboxes["results"][0]["key"]

    async def post(self, *, path: str, body: Any) -> Any:
        """Ask for something as the owner."""
        return await self._web.post(site=self._company.site, path=path, body=body, headers=self._headers)

    async def get_presence_positions(self) -> set[int]:
        """Answer at which positions people came, went and changed their state: those are in no conversation."""
        positions: set[int] = set()
        path: str | None = "/api/v1/presence/changes?limit=200"
        while path is not None:
            page = await self._web.get(site=self._company.site, path=path, headers=self._headers)
            positions |= {change["position"] for change in page["results"]}
            path = page["next"] and page["next"].removeprefix(self._company.site.origin)
        return positions

    async def get_ticket(self) -> str:
        """Answer a ticket for live delivery."""
        return str((await self.post(path="/api/v1/live-tickets", body={}))["ticket"])
