"""Sending again, by delivery or by a range of the log, and tests: all of it goes the way of every delivery."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from conversations.engine import log
from conversations.threads.actors import Actor
from integrations.webhooks import statements
from integrations.webhooks.choosing import choose, find_inboxes
from integrations.webhooks.commands import check_manages, note
from integrations.webhooks.models import Delivery
from integrations.webhooks.queries import get_delivery, get_endpoint, kinds_told
from integrations.webhooks.rules.endpoints import TEST_KIND
from tenants.database.models import new_id
from tenants.outgoing.moments import call_by
from tenants.refusals import Refusal

AT_ONCE: Final = 1000
SPAN: Final = 10_000


class Unproved(Refusal):
    """This webhook has not been verified yet."""

    code = "unproved"
    status = 409


def replay_one(*, endpoint: UUID, delivery: UUID, by: Actor, now: datetime) -> Delivery:
    """Send a delivery again, under its id, whatever became of it. Raises NotAllowed or NotFound."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        get_delivery(endpoint=endpoint, delivery=delivery)
        with connection.cursor() as cursor:
            cursor.execute(statements.AGAIN, {"endpoint": endpoint, "id": delivery, "now": now})
        note(action="webhook.replayed", row=row, by=by, now=now, after={"delivery": str(delivery)})
        call_by(due=now, wake=True)
        return get_delivery(endpoint=endpoint, delivery=delivery)


def replay_range(*, endpoint: UUID, after: int, until: int, by: Actor, now: datetime) -> tuple[int, int]:
    """Send what stands on the log in `after` < position <= `until` again, or for the first time.

    At most 1,000 events of 10,000 positions; answer how many, and up to where it came. What was sent already keeps its
    id. Raises NotAllowed, NotFound or Unproved.
    """
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        if row.since is None:
            raise Unproved
        end = max(min(until, log.get_position(), after + SPAN), after)
        terms = {"id": row.id, "kinds": row.kinds, "scopes": row.scopes, "filters": row.filters}
        found = log.read_kinds(kinds=sorted(kinds_told(row=terms)), after=after, until=end, limit=AT_ONCE)
        reached = found[-1].position if len(found) == AT_ONCE else end
        events = choose(row=terms, events=found, inboxes=find_inboxes(rows=[terms], events=found))
        if events:
            said: dict[str, Any] = {
                "ids": [new_id() for _ in events],
                "endpoints": [row.id for _ in events],
                "positions": [event.position for event in events],
                "kinds": [event.kind for event in events],
                "now": now,
            }
            with connection.cursor() as cursor:
                cursor.execute(statements.MAKE_AGAIN, said)
            note(action="webhook.replayed", row=row, by=by, now=now, after={"after": after, "until": reached})
            call_by(due=now, wake=True)
    return len(events), reached


def send_test(*, endpoint: UUID, by: Actor, now: datetime) -> Delivery:
    """Send a test, of something that has not happened. Raises NotAllowed, NotFound or Unproved."""
    check_manages(by=by)
    with transaction.atomic():
        row = get_endpoint(endpoint=endpoint, lock=True)
        if row.proved_at is None:
            raise Unproved
        made = Delivery(endpoint=row.id, kind=TEST_KIND, made_at=now, due_at=now)
        made.save(force_insert=True)
        note(action="webhook.tested", row=row, by=by, now=now)
        call_by(due=now, wake=True)
    return made
