"""A slow sweep for what nobody would ever look at again: a timer that was lost, a conversation that was overlooked."""

from datetime import datetime

from django.db import transaction

from conversations.desk.models import WorkRow
from conversations.desk.queries import find_forgotten
from conversations.desk.scene import read_setup
from conversations.engine import timers
from conversations.threads.queries import get_next_waking


def find_forgotten_work(*, now: datetime) -> None:
    """Have the tenant looked at if anything in it waits, whatever its head says of when."""
    inboxes = list(read_setup().inboxes)
    waits = WorkRow.objects.filter(state__in=["waiting", "offered"]).exists()
    waking = get_next_waking()
    if waits or (waking is not None and waking <= now) or (inboxes and find_forgotten(inboxes=inboxes, limit=1)):
        with transaction.atomic():
            timers.call_by(due=now)
