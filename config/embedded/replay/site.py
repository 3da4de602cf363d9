"""Where a host of a Yunke is: what it is called, and what is connected to."""

import random
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from config.embedded.obstacles import Obstacle

LOCAL: Final = "localhost"
LOOPBACK: Final = "127.0.0.1"  # names under localhost are not resolved everywhere
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Site:
    """The platform's host or a tenant's: `name` and `port` as a browser would show them.

    `doors` are the ports of what stands before several servers; where there are any, each connection takes one.
    """

    scheme: str
    name: str
    port: int
    doors: tuple[int, ...] = ()

    @property
    def host(self) -> str:
        """The Host header."""
        return self.name if self.port == PORTS[self.scheme] else f"{self.name}:{self.port}"

    @property
    def origin(self) -> str:
        """What a browser on this site says it is."""
        return f"{self.scheme}://{self.host}"

    @property
    def door(self) -> int:
        """The port to connect to."""
        return random.choice(self.doors) if self.doors else self.port  # noqa: S311 - spreads, keeps no secret

    @property
    def live_url(self) -> str:
        """The address of live delivery."""
        return f"{'wss' if self.tls else 'ws'}://{self.host}/live/v1"

    @property
    def tls(self) -> ssl.SSLContext | None:
        """How to encrypt; None: not at all."""
        return ssl.create_default_context() if self.scheme == "https" else None

    @property
    def peer(self) -> str:
        """What to connect to."""
        return LOOPBACK if self.name == LOCAL or self.name.endswith(f".{LOCAL}") else self.name


def read_site(*, url: str) -> Site:
    """Answer the site of an address such as http://localhost:8000; raise Obstacle for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Obstacle(f"{url} is no address: say http://HOST:PORT") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise Obstacle(f"{url} is not the address of a Yunke: say http://HOST:PORT, for example http://localhost:8000")
    return Site(parts.scheme, parts.hostname, port or PORTS[parts.scheme])
