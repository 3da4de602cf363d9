"""A plain house for one trial: a database of its own, a server, perhaps a worker; no proxy, nothing breaks."""

import resource
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Final

from tenants.provisioning import sign_up
from tests.database import fresh_database
from tests.serving import Server, Worker
from tests.shop import Shop

FILES: Final = 20_000


@contextmanager
def house(*, worker: bool = False) -> Iterator[Server]:
    """Yield a server that runs. Django here is connected to its database."""
    let_open_many_files()
    with ExitStack() as stack:
        dsn = stack.enter_context(fresh_database())
        if worker:
            stack.enter_context(Worker(dsn=dsn))
        yield stack.enter_context(Server(dsn=dsn))


def let_open_many_files() -> None:
    """Raise this process's limit, and that of its children."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def open_shop(*, verified: bool = False) -> Shop:
    """Sign a company up, whose owner may be known to read their mail."""
    slug, now = f"trial-{token_hex(5)}", datetime.now(UTC)
    email, password = f"owner@{slug}.example", token_hex(12)
    return Shop(tenant=sign_up(name="Trial", slug=slug, email=email, password=password, now=now, verified=verified))
