"""One request of one delivery. Must not touch the database: it runs in a thread that has none."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from integrations.webhooks.queries import Target
from integrations.webhooks.rules.attempts import Attempt, read_wish
from integrations.webhooks.rules.signing import sign
from tenants.context import TenantRef
from tenants.lines import Lines
from tenants.outbound import Fetched, fetch
from tenants.refusals import Refusal

logger = structlog.get_logger(__name__)
JSON: Final = "application/json"
LEASE_S: Final = 30.0  # after which others may take a delivery for lost; longer than a request may last
FRESH_S: Final = 15.0  # within which a request must begin, so that it ends within the lease
RUN_S: Final = 1.0  # after which a thread begins nothing more of what it was given: others wait, too
KEPT_CHARS: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A delivery that was taken: its body, or what makes sending it pointless. `failures` are its endpoint's then.

    `taken` is the process's steady clock.
    """

    tenant: TenantRef
    endpoint: UUID
    id: UUID
    fence: int
    attempts: int
    failures: int
    taken: float
    target: Target | None = None
    body: bytes = b""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a job; no attempt: nothing was sent, and it is given back. The last of a run `ends` it."""

    job: Job
    attempt: Attempt | None
    ends: bool = True


def request_run(
    *,
    run: Sequence[Job],
    clock: Callable[[], datetime],
    lines: Lines,
    ended: Callable[[Done], None],
    goes_on: Callable[[], bool],
) -> None:
    """Send what one endpoint is told, one after the other, and tell of each.

    What comes after a failure, or after too long, or when it `goes_on` no more, is given back unsent.
    """
    until, is_well = time.monotonic() + RUN_S, True
    for number, job in enumerate(run, start=1):
        if number == 1 or (is_well and time.monotonic() < until and goes_on()):
            done = request(job=job, clock=clock, lines=lines)
            is_well = done.attempt is not None and (done.attempt.is_ok or bool(job.trouble))
        else:
            done = Done(job, None)
        ended(replace(done, ends=number == len(run)))


def request(*, job: Job, clock: Callable[[], datetime], lines: Lines) -> Done:
    """Send it once; never raises."""
    began, at = time.monotonic(), clock()
    if began > job.taken + FRESH_S:
        return Done(job, None)  # this process was stopped for a while, and others may have it
    if job.target is None or job.trouble:
        return Done(job, Attempt(at=at, ms=0, error=job.trouble or "unreadable"))
    try:
        told = _send(job, job.target, at, lines)
    except Refusal as refusal:
        return Done(job, Attempt(at=at, ms=_ms(began), error=refusal.code))
    except Exception as error:
        logger.exception("webhook.broken", delivery=str(job.id))
        return Done(job, Attempt(at=at, ms=_ms(began), error=type(error).__name__))
    wish = read_wish(said=told.headers.get("retry-after"), now=clock())
    return Done(job, Attempt(at=at, ms=_ms(began), status=told.status, answer=_beginning(told), wish=wish))


def _send(job: Job, target: Target, at: datetime, lines: Lines) -> Fetched:
    signed = sign(secrets=target.secrets, id_=str(job.id), at=at, body=job.body)
    headers = {**target.headers, "Content-Type": JSON, **signed}
    return fetch(url=target.url, method="POST", headers=headers, body=job.body, lines=lines, of=job.endpoint)


def _beginning(told: Fetched) -> str:
    return told.body[: KEPT_CHARS * 4].decode("utf-8", "replace").replace("\0", "\ufffd")[:KEPT_CHARS]


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
